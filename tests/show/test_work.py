"""The answers of the writing verbs in words."""

from __future__ import annotations

from typing import Any

from modelwatch.show.work import applied_lines, demo_lines, model_lines, ran_lines, receipt_lines

APPLIED: dict[str, Any] = {
    "model": "eta",
    "version": 2,
    "changed": True,
    "columns": {"a": "numeric", "b": "numeric", "c": "categorical"},
    "rows": 1000,
    "notes": ["slices over 200 are left out"],
}
RECEIPT: dict[str, Any] = {
    "model": "eta",
    "accepted": 1000,
    "duplicates": 5,
    "quarantined": 3,
    "waiting": 0,
    "faults": [{"row": 7, "field": "temp", "reason": "'x' is not a number"}],
    "causes": [{"kind": "type", "rows": 3, "first": {"row": 7, "field": "temp", "reason": "'x' is not a number"}}],
    "warnings": ["a.csv has no column 'id'"],
}


def test_an_applied_specification() -> None:
    assert list(applied_lines(APPLIED)) == [
        "eta: version 2, 3 columns, 1,000 rows of reference",
        "  watches 2 numeric, 1 categorical",
        "  slices over 200 are left out",
    ]
    unchanged = {**APPLIED, "changed": False, "rows": 0, "columns": {}, "notes": []}
    assert list(applied_lines(unchanged)) == ["eta: version 2, unchanged, 0 columns, no reference"]


def test_a_receipt_names_the_faults() -> None:
    assert list(receipt_lines(RECEIPT)) == [
        "eta: 1,000 accepted, 5 duplicates, 3 quarantined",
        "  3 rows: temp, as in row 7: 'x' is not a number",
        "  warning: a.csv has no column 'id'",
    ]
    fine = {**RECEIPT, "quarantined": 0, "waiting": 12, "causes": [], "warnings": []}
    assert list(receipt_lines(fine)) == [
        "eta: 1,000 accepted, 5 duplicates, 12 waiting for their prediction, 0 quarantined"
    ]


def test_a_run() -> None:
    ran = {
        "rows": 958,
        "windows": 1,
        "measurements": 214,
        "opened": 0,
        "resolved": 1,
        "notifications": 1,
        "clock": "2013-03-02T06:00:00Z",
        "notes": ["no row of eta for more than 62d"],
    }
    assert list(ran_lines(ran)) == [
        "958 new rows, 1 window closed, 214 measurements",
        "0 incidents opened, 1 resolved, 1 notification sent",
        "the home's clock stands at 2013-03-02 06:00Z",
        "no row of eta for more than 62d",
    ]


def test_models() -> None:
    heading, row = model_lines([{"model": "eta", "env": "prod", "project": "default"}])
    assert (heading.split(), row.split()) == (["model", "env", "project"], ["eta", "prod", "default"])
    assert "init" in next(iter(model_lines([])))


def test_the_demo_says_where_to_look_next() -> None:
    demo = {
        "model": "flight-delay",
        "rows": 284821,
        "labels": 284821,
        "windows": 306,
        "measurements": 84485,
        "incidents": [],
        "notifications_critical": 1,
        "seconds": 41.6,
        "next": ["modelwatch --home h incidents"],
        "log": "h/notifications.log",
    }
    assert list(demo_lines(demo)) == [
        "flight-delay: 284,821 predictions and 284,821 labels of 2013 in 306 windows, 84,485 measurements, 42 s",
        "0 incidents, 1 notification at critical",
        "",
        "",
        "Where to look next:",
        "  modelwatch --home h incidents",
        "Notifications as they were sent: h/notifications.log",
    ]
