"""The text and the JUnit file of a comparison, from its JSON."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from modelwatch.show.comparison import comparison_lines
from modelwatch.show.junit import junit


def column(name: str, status: str, **given: Any) -> dict[str, Any]:
    metric = {"value": 0.3, "noise_floor": 0.02, "p_value": 0.0001}
    return {
        "column": name,
        "kind": "numeric",
        "status": status,
        "drifted": status != "ok",
        "metrics": {"psi": metric, "ks": {**metric, "value": 0.5}},
        "missing": {"reference": 0.0, "current": 0.25},
        "unseen": [],
        "reason": None,
        **given,
    }


RESULT = {
    "reference": {"rows": 1000},
    "current": {"rows": 1},
    "columns": [
        column("calm", "ok"),
        column("temp", "critical"),
        column("text", "not_computed", drifted=None, metrics={}, reason="text is not compared"),
    ],
    "quality": [
        {"check": "schema", "column": "new", "status": "warning", "message": "column 'new' is not in the reference"},
        {"check": "missing_share", "column": "temp", "status": "critical", "message": "Missing values in 'temp'"},
        {"check": "rows", "column": None, "status": "critical", "message": "no rows <here>"},
    ],
    "notes": ["Rows are independent."],
    "status": "critical",
}  # fmt: skip


def test_the_text_begins_with_the_verdict_and_the_worst() -> None:
    assert list(comparison_lines(RESULT)) == [
        "critical: 1 of 2 columns drifted (1,000 rows of reference, 1 row now)",
        "",
        "column  status        kind     psi  noise       p   ks  missing  missing before",
        "temp    critical      numeric  0.3   0.02  <0.001  0.5     25 %             0 %",
        "text    not_computed  numeric    -      -       -    -     25 %             0 %  text is not compared",
        "calm    ok            numeric  0.3   0.02  <0.001  0.5     25 %             0 %",
        "",
        "critical: Missing values in 'temp'",
        "critical: no rows <here>",
        "warning: column 'new' is not in the reference",
        "",
        "Rows are independent.",
    ]


def test_without_columns_there_is_still_a_verdict() -> None:
    empty = {**RESULT, "columns": [], "quality": [], "notes": [], "status": "not_computed"}
    [line] = comparison_lines(empty)
    assert line.startswith("not_computed: no column could be judged for drift")


@pytest.mark.parametrize(("fail_on", "failed"), [("critical", ["temp", "(table)"]), ("warning", ["temp", "(table)"])])
def test_junit_has_a_case_per_column_and_one_for_the_tables(fail_on: str, failed: list[str]) -> None:
    suite = ElementTree.fromstring(junit(RESULT, fail_on=fail_on))
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == ["calm", "temp", "text", "(table)"]
    assert [name for name, case in cases.items() if case.find("failure") is not None] == failed
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", str(len(failed)), "1")
    skipped = cases["text"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "text is not compared"


def test_junit_fails_on_warnings_only_if_asked_to() -> None:
    result = {**RESULT, "columns": [column("temp", "warning")], "quality": []}
    assert junit(result, fail_on="critical").count("<failure") == 0
    assert 'message="warning: psi 0.3"' in junit(result, fail_on="warning")


def test_junit_holds_any_name() -> None:
    result = {**RESULT, "columns": [column("a\x00<&\ud7ff", "ok")], "quality": []}
    assert ElementTree.fromstring(junit(result, fail_on="critical"))[0].get("name") == "a\ufffd<&\ufffd"
