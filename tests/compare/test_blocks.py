"""Noise floors from the reference's days: rows of a day resemble each other, and who ignores that cries wolf."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.compare import Comparison, compare
from modelwatch.domain.measurement import Status

from .conftest import column, plain

START = datetime(2024, 1, 1, tzinfo=UTC)


def days(first: int, number: int, *, seed: int, rows: int = 100, shift: float = 0.0) -> pl.DataFrame:
    """Rows of whole days: `x` has a level of its own each day, `weekday` has one value a day."""
    rng = np.random.default_rng(seed)
    when = [START + timedelta(days=first + d, minutes=10 * i) for d in range(number) for i in range(rows)]
    level = np.repeat(rng.normal(shift, 0.8, number), rows)
    return pl.DataFrame(
        {
            "at": when,
            "x": level + rng.normal(size=number * rows),
            "y": rng.normal(size=number * rows),
            "weekday": [moment.strftime("%A") for moment in when],
        }
    )


def against(current: pl.DataFrame, **given: Any) -> Comparison:
    return compare(reference=days(0, 60, seed=51), current=current, **given)


def test_a_usual_day_is_quiet_where_independent_rows_would_alarm() -> None:
    day = days(60, 1, seed=52)
    assert column(against(day.drop("at"), columns=["x", "y"]), "x")["status"] == "critical"
    found = against(day, time="at")
    assert column(found, "x")["status"] == "ok"
    assert column(found, "y")["status"] == "ok"
    assert plain(found)["noise"] == "time_blocks"
    assert "60 days" in found.notes[0]
    assert "at" not in [each.name for each in found.columns]


def test_a_day_like_no_other_is_found() -> None:
    found = against(days(60, 1, seed=53, shift=6.0), time="at")
    assert column(found, "x")["status"] == "critical"
    assert column(found, "x")["metrics"]["psi"]["p_value"] < 0.01


def test_a_column_that_follows_the_calendar_is_not_judged() -> None:
    found = column(against(days(60, 1, seed=54), time="at"), "weekday")
    assert found["status"] == "not_computed"
    assert "follows the calendar" in found["reason"]


def test_floors_are_those_of_stretches_as_long_as_the_current_rows() -> None:
    day, week = (against(days(60, number, seed=55), time="at") for number in (1, 7))
    floors = [column(found, "x")["metrics"]["psi"]["noise_floor"] for found in (day, week)]
    assert floors[1] < floors[0]
    assert "stretches of 7 days" in week.notes[0]


def test_without_current_times_the_number_of_rows_tells_how_long_they_are() -> None:
    timed, untimed = days(60, 3, seed=56), days(60, 3, seed=56).drop("at")
    expected, found = against(timed, time="at"), against(untimed, time="at")
    assert column(found, "x") == column(expected, "x")


def test_too_few_stretches_are_told_to_be_provisional() -> None:
    found = against(days(60, 25, seed=57), time="at")
    psi = column(found, "x")["metrics"]["psi"]
    assert psi["provisional"]
    assert psi["p_value"] is None
    assert "provisional" in found.notes[1]


def test_with_fewer_than_ten_days_rows_are_taken_to_be_independent() -> None:
    found = compare(reference=days(0, 9, seed=58), current=days(9, 1, seed=59), time="at")
    assert plain(found)["noise"] == "independent_rows"
    assert "too few days" in found.notes[0]


def test_missing_values_are_held_against_the_days_of_the_reference() -> None:
    reference = days(0, 60, seed=60)
    rng = np.random.default_rng(61)
    gaps = np.repeat(rng.choice([0.0, 0.0, 0.0, 0.3], 60), 100) > rng.random(6000)
    reference = reference.with_columns(pl.when(pl.lit(pl.Series(~gaps))).then("x").alias("x"))
    day = days(60, 1, seed=62)
    day = day.with_columns(pl.when(pl.int_range(pl.len()) >= 30).then("x").alias("x"))
    usual = compare(reference=reference, current=day, time="at", columns=["x"])
    assert [each.check for each in usual.quality] == []
    alone = compare(reference=reference, current=day, columns=["x"])
    assert [each.check for each in alone.quality] == ["missing_share"]


def test_days_start_at_midnight_of_the_zone() -> None:
    found = against(days(60, 1, seed=63), time="at", timezone="Pacific/Auckland")
    assert "61 days" in found.notes[0]


def test_columns_named_like_those_of_the_log_do_no_harm() -> None:
    names = {"x": "timestamp", "y": "error", "weekday": "model_version"}
    found = compare(reference=days(0, 20, seed=64).rename(names), current=days(20, 1, seed=65).rename(names), time="at")
    assert {each.name for each in found.columns} == set(names.values())
    assert found.status is Status.OK


@pytest.mark.parametrize("write", ["text", "epoch"])
def test_times_may_be_written_in_any_way(write: str) -> None:
    reference, day = days(0, 20, seed=66), days(20, 1, seed=67)
    how = {"text": pl.col("at").dt.to_string("iso:strict"), "epoch": pl.col("at").dt.epoch("s")}[write]
    expected = plain(compare(reference=reference, current=day, time="at"))
    assert (
        plain(compare(reference=reference.with_columns(at=how), current=day.with_columns(at=how), time="at"))
        == expected
    )
