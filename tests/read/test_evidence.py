"""Lines of evidence by what they do: found, ruled out, unclear, or when something fired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from modelwatch.read.case import Case
from modelwatch.read.evidence import Evidence, evidence, reasons, slices_say
from modelwatch.store.metadata import Transaction


def told(case: tuple[Transaction, Case], *lines: str) -> Case:
    """The incident with other lines."""
    _, incident = case
    body: dict[str, Any] = {**incident.body, "cause": {**incident.body["cause"], "evidence": list(lines)}}
    return replace(incident, stored=incident.stored._replace(body=body))


def test_stored_lines_are_told_apart(case: tuple[Transaction, Case]) -> None:
    incident = told(
        case,
        "Missing values over 7 windows: income on 2013-10-19",
        "All 2 columns began in the same window, 2013-10-19",
        "Ruled out: rows as usual (240); no column drifts",
        "ROC AUC 0.7: within the usual scatter, too little to tell whether it fell",
        "No deployment or other event posted within 7 d",
    )
    assert [(line.role, line.text.partition(" ")[0]) for line in evidence(incident)] == [
        ("found", "All"),
        ("ruled_out", "Rows"),
        ("ruled_out", "No"),
        ("ruled_out", "No"),
        ("unclear", "ROC"),
        ("when", "Missing"),
    ]


def test_an_event_close_in_time_is_found(case: tuple[Transaction, Case]) -> None:
    [line] = evidence(told(case, "Close in time: deployment at 2013-10-19T00:00:00Z (v2)"))
    assert line.role == "found"


def test_whether_slices_differ_is_said_in_the_words_of_the_evidence(case: tuple[Transaction, Case]) -> None:
    assert slices_say(told(case, "Ruled out: alike in 2 values of branch")) == "Alike in 2 values of branch"
    assert slices_say(told(case, "Slices: carrier B6 (0.9) against carrier EV (0.5)")).startswith("Carrier B6")
    assert slices_say(told(case, "Ruled out: rows as usual")) == ""


def test_long_reasons_are_told_one_at_a_time() -> None:
    long, short = Evidence("found", "x" * 140), Evidence("found", "y")
    assert reasons([short, short, short]) == ("y", "y")
    assert reasons([long, short, long]) == (long.text, "y")
    assert reasons([long, long]) == (long.text,)
