"""What a message says: everything a person needs, in a form that JSON keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelwatch.act.draft import Draft
from modelwatch.act.message import effect, how_bad, write
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.rule import Verdict
from modelwatch.domain.slices import Slice

MakeChange = Callable[..., Any]


def draft(change: Any) -> Draft:
    return Draft(change=change.kind, incident=change.incident, at=change.at)


def verdict(metric: str = "psi", column: str = "temp", **changed: Any) -> Verdict:
    series = Series(metric, column, changed.pop("slice", Slice()), span=changed.pop("span", 1))
    values: dict[str, Any] = {"value": 0.3, "threshold": 0.1, "noise_floor": None, "status": Status.WARNING}
    return Verdict(rule="r", series=series, window=Window(0, DAY), **(values | changed))


def test_a_message_answers_every_question(make_change: MakeChange) -> None:
    change = make_change(
        "opened",
        evidence=("temp is 8 degrees warmer", "dewp is not"),
        slices=({"origin": "EWR"},),
        impact={
            "rows_affected": 900,
            "roc_auc": {"value": 0.61, "reference": 0.67},
            "windows_held": {"temp": 3},
        },
        first_action="Compare the feed with the airport's own.",
    )
    assert write(draft(change), {"runbook": "https://example.com"}) == {
        "version": 1,
        "key": "default/flight-delay/prod/1/opened/warning/1970-01-02T00:00:00Z",
        "at": "1970-01-02T00:00:00Z",
        "change": "opened",
        "severity": "warning",
        "project": "default",
        "model": "flight-delay",
        "env": "prod",
        "incident": 1,
        "title": "Incident 1",
        "what": "New",
        "since": "1970-01-01T00:00:00Z",
        "until": None,
        "how_bad": "psi of temp is 0.314 over 28 windows (limit 0.1, noise up to 0.05)",
        "cause": "drift",
        "evidence": ["temp is 8 degrees warmer", "dewp is not"],
        "columns": ["temp"],
        "slices": [{"origin": "EWR"}],
        "impact": {
            "rows_affected": 900,
            "roc_auc": {"value": 0.61, "reference": 0.67},
            "windows_held": {"temp": 3},
        },
        "effect": "rows affected 900, roc_auc 0.61 (reference 0.67)",
        "first_action": "Compare the feed with the airport's own.",
        "links": {"runbook": "https://example.com"},
        "detail": change.incident.to_dict(),
    }


def test_an_end_says_until_when_and_is_good_news(make_change: MakeChange) -> None:
    message = write(draft(make_change("resolved", severity=Status.CRITICAL, at=3 * DAY)), {})
    assert (message["severity"], message["what"]) == ("ok", "Over")
    assert message["until"] == "1970-01-04T00:00:00Z"


@pytest.mark.parametrize("kind", ["opened", "reopened", "escalated", "resolved"])
def test_json_keeps_a_message(make_change: MakeChange, kind: str) -> None:
    message = write(draft(make_change(kind, slices=({"carrier": "UA"},))), {})
    assert json.loads(json.dumps(message, allow_nan=False)) == message


def test_a_message_does_not_change_with_the_incident(make_change: MakeChange) -> None:
    impact = {"rows": 1}
    message = write(draft(make_change(impact=impact)), {})
    impact["rows"] = 2
    assert message["impact"] == {"rows": 1}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], ""),
        ([verdict()], "psi of temp is 0.3 (limit 0.1)"),
        ([verdict("roc_auc", "", value=0.61234, threshold=0.64)], "roc_auc is 0.612 (limit 0.64)"),
        ([verdict(slice=Slice.of({"origin": "EWR"}))], "psi of temp where origin EWR is 0.3 (limit 0.1)"),
        ([verdict("rows", "", value=None, threshold=None)], "rows has no value"),
        ([verdict(value=123456.0, threshold=1e-5)], "psi of temp is 1.23e+05 (limit 1e-05)"),
    ],
)
def test_the_worst_in_words(verdicts: list[Verdict], expected: str) -> None:
    assert how_bad(verdicts) == expected


def test_an_effect_without_a_reference() -> None:
    assert effect({"roc_auc": {"value": 0.612345, "reference": None}}) == "roc_auc 0.612"


def test_the_worst_comes_first_and_the_others_are_counted() -> None:
    mild, bad = verdict(), verdict("missing_share", value=1.0, threshold=0.2, status=Status.CRITICAL)
    assert how_bad([mild, bad, replace(mild, rule="s")]) == "missing_share of temp is 1 (limit 0.2); 2 more"
