"""Hours around an incident: what was missing by column, refused by field, and how many rows came beside the usual."""

from __future__ import annotations

from dataclasses import replace

from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.read.case import Case
from modelwatch.read.hours import missing_by_hour, refused_by_hour, rows_by_hour
from modelwatch.store.metadata import Transaction

BEGAN = 15_994 * DAY  # the rows of the home `faulty`
FAULT = BEGAN + 3 * DAY + 12 * HOUR


def test_a_column_that_is_gone_is_told_to_the_hour(case: tuple[Transaction, Case]) -> None:
    found = missing_by_hour(*case)
    assert found is not None
    [row] = found.shown
    assert (row.name, found.onset) == ("income", FAULT)
    before, after = row.shares[: (FAULT - found.start) // HOUR], row.shares[(FAULT - found.start) // HOUR :]
    assert (set(before), set(after)) == ({0.0}, {1.0})
    assert found.others == ("branch", "age")
    assert (set(found.others_shares), set(found.rows)) == ({0.0}, {10})


def test_the_hours_begin_a_day_before_the_first_window_and_end_with_the_last_closed(
    case: tuple[Transaction, Case],
) -> None:
    tx, incident = case
    found = missing_by_hour(tx, incident)
    assert found is not None
    assert (found.start, found.size, len(found.rows)) == (BEGAN + 2 * DAY, HOUR, 72)
    late = missing_by_hour(tx, replace(incident, closed=incident.begin.start + HOUR))
    assert late is not None
    assert late.end == incident.begin.start + HOUR


def test_without_steady_hours_no_beginning_is_told(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    found = missing_by_hour(tx, replace(incident, window=Window(BEGAN, BEGAN + DAY), closed=BEGAN + DAY))
    assert found is not None
    assert found.onset is None


def test_rows_stand_beside_those_of_the_same_hour_a_week_before(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    found = rows_by_hour(tx, incident)
    assert found is not None
    # The model is not a week old, so nothing is usual yet.
    assert (set(found.rows), set(found.usual)) == ({10}, {None})


def test_nothing_refused_is_nothing_to_show(case: tuple[Transaction, Case]) -> None:
    found = refused_by_hour(*case)
    assert found is not None
    assert found.shown == ()


def test_a_model_without_specification_has_no_hours(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    bare = replace(incident, watched=None)
    assert missing_by_hour(tx, bare) is refused_by_hour(tx, bare) is rows_by_hour(tx, bare) is None
