"""Rows in quarantine as text: counted by reason, then each with what it held."""

from __future__ import annotations

from typing import Any

from modelwatch.show.quarantine import quarantine_lines

ROW: dict[str, Any] = {
    "table": "predictions",
    "row": 2501,
    "field": "score",
    "kind": "probability",
    "reason": "score 1.5 is not a probability",
    "timestamp": "2013-03-04T00:29:00Z",
    "received": "2013-03-05T10:00:00.25Z",
    "original": {"score": 1.5},
}
CAUSE = {"table": "predictions", "field": "score", "kind": "probability", "rows": 1, "example": ROW["reason"]}


def test_rows_are_counted_by_reason_and_told_one_by_one() -> None:
    assert list(quarantine_lines({"total": 1, "causes": [CAUSE], "rows": [ROW]})) == [
        "1 row refused",
        "rows  table        field  fault        for example",
        "   1  predictions  score  probability  score 1.5 is not a probability",
        "",
        "each of them:",
        "predictions, row 2,501 of 2013-03-04 00:29Z, received 2013-03-05 10:00Z",
        "  score: score 1.5 is not a probability",
        '  {"score": 1.5}',
    ]


def test_a_part_says_that_it_is_one() -> None:
    lines = list(quarantine_lines({"total": 7, "causes": [CAUSE], "rows": [{**ROW, "timestamp": None}]}))
    assert "the latest 1 row:" in lines
    assert "predictions, row 2,501 without a time, received 2013-03-05 10:00Z" in lines
    assert list(quarantine_lines({"total": 0, "causes": [], "rows": []})) == ["no row was refused"]
