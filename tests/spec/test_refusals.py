"""What is wrong is told with its line and column, what was found and what is allowed, all of it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.errors import InputError, SpecError
from modelwatch.spec import Monitor, parse
from modelwatch.spec.nodes import LONGEST_TEXT

HEAD = "model: churn\ntask: binary\n"

CONDITIONS = (
    "above, below, above_reference_by, below_reference_by, above_reference_by_percent, "
    "below_reference_by_percent, off_reference_by, blocks, multiple"
)
LISTS = {
    "KEYS": (
        "model, env, task, timezone, owner, columns, outcomes, labels, reference, windows, sampling, "
        "quality, pack, retention, rules, routes"
    ),
    "COLUMN_KEYS": (
        "id, timestamp, version, score, prediction, label, threshold, positive, negative, "
        "features, segments, latency_ms, error"
    ),
    "CONDITIONS": CONDITIONS,
    "RULE_KEYS": f"metric, columns, warning, critical, {CONDITIONS}, slice, for, window, span, page, runbook",
    "NAMES": (
        "at most 64 lower-case letters, digits, '_', '-' and single dots between them, starting with a letter or digit"
    ),
    "TASKS": "binary, regression, none",
    "KINDS": "numeric, categorical, text, boolean, datetime",
    "HOURS": "written as 30m, 6h or 28d",
    "LATER": "found a key that is not available yet",
}


def expand(said: str, catalog: Catalog) -> str:
    """Put the lists in the place of their names; other braces belong to the message."""
    metrics = ", ".join(sorted(catalog.metrics.names()))
    for name, words in {**LISTS, "METRICS": metrics}.items():
        said = said.replace(f"{{{name}}}", words)
    return said


def wrong() -> Iterator[tuple[str, list[str]]]:
    """Every specification of refusals.txt with what must be said of it."""
    text = (Path(__file__).parent / "refusals.txt").read_text("utf-8")
    for block in re.split(r"\n\n+", text.strip()):
        lines = [line for line in block.split("\n") if not line.startswith("#")]
        if lines:
            said = [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]
            yield "\n".join(line for line in lines if not line.startswith("=> ")), said
    yield "env: \x01", ["line 3, column 6: found the character U+0001; allowed: printable characters"]
    yield "x: " + "[" * 50, ["line 3, column 24: this is not YAML: lists and keys go deeper than 20 levels"]


@pytest.mark.parametrize(("text", "said"), list(wrong()), ids=lambda each: each[:50] if isinstance(each, str) else "")
def test_what_is_wrong_is_told_exactly(text: str, said: list[str], catalog: Catalog) -> None:
    with pytest.raises(SpecError) as refusal:
        parse(f"{HEAD}{text}\n", catalog=catalog)
    told = [f"monitor.yaml {expand(line, catalog)}" for line in said]
    head = [] if len(told) == 1 else [f"monitor.yaml is refused, {len(told)} errors:"]
    assert str(refusal.value).splitlines() == head + told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: churn", "line 1, column 1: task: found nothing; allowed: {TASKS}"),
        ("task: binary", "line 1, column 1: model: found nothing; allowed: {NAMES}"),
        ("model:\ntask: binary", "line 1, column 1: model: found nothing; allowed: {NAMES}"),
        ("model: Churn Model\ntask: none", "line 1, column 8: model: found 'Churn Model'; allowed: {NAMES}"),
        (
            "model: a\ntask: binry",
            "line 2, column 7: task: found 'binry'; allowed: {TASKS}; did you mean 'binary'?",
        ),
        (
            "model: a\ntask: llm",
            "line 2, column 7: task: found 'llm', which is not available yet; allowed: {TASKS}",
        ),
        ("just words", "line 1, column 1: found 'just words'; allowed: the keys {KEYS}"),
        ("- model: a", "line 1, column 1: found a list; allowed: the keys {KEYS}"),
    ],
)
def test_a_file_that_lacks_its_beginning_is_told_exactly(text: str, said: str, catalog: Catalog) -> None:
    with pytest.raises(SpecError) as refusal:
        parse(text, catalog=catalog)
    assert str(refusal.value) == f"monitor.yaml {expand(said, catalog)}"


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---", "null", "{}"])
def test_an_empty_file_is_told_what_it_needs(text: str, catalog: Catalog) -> None:
    with pytest.raises(SpecError) as refusal:
        parse(text, catalog=catalog)
    head, *lines = str(refusal.value).splitlines()
    assert head == "monitor.yaml is refused, 2 errors:"
    assert [line.split(": ", 1)[1] for line in lines] == [
        expand("model: found nothing; allowed: {NAMES}", catalog),
        expand("task: found nothing; allowed: {TASKS}", catalog),
    ]


def test_every_error_of_a_file_is_told_at_once_in_the_order_of_the_file(catalog: Catalog) -> None:
    text = """
modle: churn
task: binry
windows:
  size: 5x
  spans: [1, a]
columns: {segments: [a, a]}
rules:
  - {metric: psy, warning: 0.1}
  - {metric: psi, warning: .2, critical: .1}
  - {metric: ks, above: {warning: 3}, span: 5, columns: [temp]}
routes:
  - {to: nowhere}
"""
    with pytest.raises(SpecError) as refusal:
        parse(text, catalog=catalog, source="bad.yaml")
    head, *lines = str(refusal.value).splitlines()
    assert head == "bad.yaml is refused, 10 errors:"
    assert [line.split(";")[0] for line in lines] == [
        "bad.yaml line 2, column 1: model: found nothing",
        "bad.yaml line 2, column 1: modle: found an unknown key",
        "bad.yaml line 3, column 7: task: found 'binry'",
        "bad.yaml line 5, column 9: windows.size: found '5x'",
        "bad.yaml line 6, column 14: windows.spans[1]: found 'a'",
        "bad.yaml line 7, column 25: columns.segments[1]: found 'a' a second time",
        "bad.yaml line 9, column 14: rules[0].metric: found 'psy'",
        "bad.yaml line 10, column 42: rules[1].critical: found 0.1",
        "bad.yaml line 11, column 35: rules[2].above.warning: found 3",
        "bad.yaml line 13, column 10: routes[0].to: found 'nowhere'",
    ]


def test_a_line_is_told_as_an_editor_counts_it(catalog: Catalog) -> None:
    for text in ("model: a\r\ntask: x", "\ufeffmodel: a\ntask: x", "model: a\n\n\n# note\ntask: x"):
        line = len(text.splitlines())
        with pytest.raises(SpecError, match=f"line {line}, column 7: task: found 'x'"):
            parse(text, catalog=catalog)


def test_a_text_without_end_is_not_read(catalog: Catalog) -> None:
    with pytest.raises(SpecError, match=f"found {LONGEST_TEXT + 1} characters; allowed: at most"):
        parse("#" * (LONGEST_TEXT + 1), catalog=catalog)


def test_aliases_cannot_multiply(catalog: Catalog) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}]\n" for n in range(30))
    with pytest.raises(SpecError, match="found the alias '\\*a'; allowed: the value itself"):
        parse(HEAD + bomb, catalog=catalog)


def test_the_designs_whole_example_is_refused_only_for_what_is_not_available_yet(catalog: Catalog) -> None:
    text = (Path(__file__).parent / "whole.yaml").read_text("utf-8")
    with pytest.raises(SpecError) as refusal:
        parse(text, catalog=catalog)
    told = str(refusal.value).splitlines()[1:]
    assert [line.split(": ")[1] for line in told if "not available yet" not in line] == [
        "routes[0].to[0]",
        "routes[1].to[0]",
    ]
    assert [line.split(": ")[1] for line in told if "not available yet" in line] == [
        "columns.segments[2]",
        "columns.protected",
        "proxies",
        "business",
        "costs",
        "quality.suite",
        "golden",
        "rules[2].window",
        "rules[3].adaptive",
        "slos",
        "routes[1].hours",
        "actions",
    ]


def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(InputError, match=r"missing\.yaml cannot be read: No such file or directory"):
        Monitor.from_yaml(tmp_path / "missing.yaml", catalog=catalog)
    image = tmp_path / "image.yaml"
    image.write_bytes(b"\x89PNG\xff")
    with pytest.raises(InputError, match=r"image\.yaml is not a specification: it is not UTF-8 text"):
        Monitor.from_yaml(image, catalog=catalog)
