"""How an end is told: what is fine again, and why it is told when it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelwatch.act.ending import ended, held_back
from modelwatch.domain.incident import Incident, Kind
from modelwatch.domain.instants import DAY
from modelwatch.domain.measurement import Series

MakeChange = Callable[..., Any]


@pytest.fixture
def make_incident(make_change: MakeChange) -> Callable[..., Incident]:
    """Make incidents that are resolved, of metrics and columns."""

    def make(kind: Kind, *metrics: str, columns: tuple[str, ...] = ("temp",), **changed: Any) -> Incident:
        change = make_change("resolved", about=kind, columns=columns)
        [verdict] = change.incident.verdicts[:1]
        verdicts = tuple(replace(verdict, series=Series(metric, "temp")) for metric in metrics)
        return replace(change.incident, verdicts=verdicts or change.incident.verdicts, **changed)

    return make


@pytest.mark.parametrize(
    ("kind", "metrics", "columns", "title"),
    [
        (Kind.FEED, ("silence_seconds", "rows"), (), "Rows come again"),
        (Kind.FEED, ("rows",), (), "Rows come as usual again"),
        (Kind.LABEL, ("labels_overdue_share",), (), "Labels come again"),
        (Kind.DATA_FAULT, ("missing_share",), ("temp",), "temp is present again"),
        (Kind.DATA_FAULT, ("missing_share",), ("temp", "dewp"), "temp and dewp are present again"),
        (Kind.DATA_FAULT, ("unseen_share",), ("dest",), "dest has known values again"),
        (Kind.DATA_FAULT, ("out_of_range_share",), ("precip",), "precip is in range again"),
        (Kind.DATA_FAULT, ("missing_share", "unseen_share"), tuple("abcde"), "a, b, c and 2 more are sound again"),
        (Kind.DATA_FAULT, ("of_a_plugin",), ("temp",), "temp is sound again"),
        (Kind.DRIFT, ("psi",), ("temp", "dewp"), "Drift of temp and dewp has ended"),
        (Kind.DRIFT, ("drifted_share",), (), "Drift has ended"),
        (Kind.PERFORMANCE, ("roc_auc",), ("prediction",), "Performance is within its limits again"),
        (Kind.UNKNOWN, ("error_share",), (), "Unknown has ended"),
    ],
)
def test_an_end_says_what_is_fine_again(
    make_incident: Callable[..., Incident],
    kind: Kind,
    metrics: tuple[str, ...],
    columns: tuple[str, ...],
    title: str,
) -> None:
    assert ended(make_incident(kind, *metrics, columns=columns)) == title


def test_what_is_no_longer_waited_for_is_not_called_fine(make_incident: Callable[..., Incident]) -> None:
    lapsed = make_incident(Kind.DATA_FAULT, "missing_share", lapsed=True, resolved=DAY)
    assert ended(lapsed) == "Data fault of temp is no longer followed: no value came to judge"
    assert held_back(lapsed, 9 * DAY) == "not back for 8 windows"


@pytest.mark.parametrize(
    ("at", "why"), [(DAY, ""), (2 * DAY, "fine for 1 window since"), (9 * DAY, "fine for 8 windows since")]
)
def test_an_end_that_is_told_late_says_why(make_incident: Callable[..., Incident], at: int, why: str) -> None:
    assert held_back(make_incident(Kind.FEED, "rows", resolved=DAY), at) == why
