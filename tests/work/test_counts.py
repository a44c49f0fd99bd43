"""Outcomes of index rows are the same in one go, in parts, on top of what is stored, and for some windows only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import Task
from modelwatch.domain.instants import DAY, HOUR, SECOND, Window, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.profile.block import unpack_outcomes
from modelwatch.profile.outcome import BinaryOutcome, Outcome, empty_outcome
from modelwatch.profile.plan import Plan, build_plan
from modelwatch.store import State, models, outcomes
from modelwatch.store.metadata import Transaction
from modelwatch.work.counts import Counts, window_starts

START = parse_instant("2026-03-02")
TODAY = Window(START, START + DAY)
MODEL = 1
N = 600


@pytest.fixture
def plan() -> Plan:
    reference = pl.DataFrame({"score": np.linspace(0, 1, 1001), "city": ["a"] * 600 + ["b"] * 401})
    return build_plan(reference, calendar=Calendar(HOUR), task=Task.BINARY, features={}, segments=["city"])


@pytest.fixture
def rows() -> pl.DataFrame:
    """Index rows of one day: two versions, two slices, two of three labelled."""
    rng = np.random.default_rng(5)
    instants = START + rng.integers(0, DAY, N)
    known = pl.Series(np.arange(N) % 3 > 0)
    truth = pl.Series(rng.integers(0, 2, N).astype(float))
    return pl.DataFrame(
        {
            "model_version": [str(place % 2) for place in range(N)],
            "instant": instants,
            "output": rng.integers(0, 64, N) / 64,  # sums of such scores are exact in any order
            "predicted": rng.integers(0, 2, N).astype(float),
            "truth": truth.zip_with(known, pl.Series([None], dtype=pl.Float64)),
            "label_at": pl.Series(instants + 60 * SECOND).zip_with(known, pl.Series([None], dtype=pl.Int64)),
            "slice_0": pl.Series(rng.integers(0, 3, N), dtype=pl.UInt16),
        }
    )


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    """A transaction of a new state with one model."""
    with State.create(tmp_path / "state.sqlite") as state, state.transaction() as opened:
        assert models.ensure(opened, ModelKey("loans")) == MODEL
        yield opened


def told(outcome: Outcome) -> Any:
    """All of an outcome but its log loss, whose sum is rounded."""
    assert isinstance(outcome, BinaryOutcome)
    packed = outcome.pack()
    return [*packed[:4], packed[4][:3], f"{packed[4][3]:.12g}", *packed[5:]]


def everything(counts: Counts) -> Any:
    return (
        {key: told(outcome) for key, outcome in counts.totals.items()},
        {key: [told(outcome) for outcome in found] for key, found in counts.slices.items()},
    )


def counted(plan: Plan, *frames: pl.DataFrame) -> Counts:
    counts = Counts(plan)
    for frame in frames:
        counts.add(frame)
    return counts


def test_each_row_counts_once_in_its_window_and_slice(plan: Plan, rows: pl.DataFrame) -> None:
    counts = counted(plan, rows)
    hour = pl.col("instant") - pl.col("instant") % HOUR
    by_hour = rows.group_by("model_version", hour.alias("start")).agg(pl.len(), pl.col("truth").count())
    expected = {(version, start): (n, labelled) for version, start, n, labelled in by_hour.iter_rows()}
    assert {key[:2]: (found.rows, found.labelled) for key, found in counts.totals.items()} == expected
    assert {key: sum(each.rows for each in found) for key, found in counts.slices.items()} == {
        (version, START, START + DAY): N // 2 for version in "01"
    }


def test_parts_add_up_to_the_whole(plan: Plan, rows: pl.DataFrame) -> None:
    assert everything(counted(plan, *rows.iter_slices(70))) == everything(counted(plan, rows))


def stored(tx: Transaction, plan: Plan) -> Counts:
    empty = empty_outcome(plan)
    counts = Counts(plan)
    for row in outcomes.get_many(tx, MODEL, TODAY.start, TODAY.end):
        [counts.totals[row.version, row.start, row.end]] = unpack_outcomes(plan, row.blob, empty)
    for row in outcomes.get_slices(tx, MODEL, TODAY.start, TODAY.end):
        counts.slices[row.version, row.start, row.end] = unpack_outcomes(plan, row.blob, empty)
    return counts


def test_new_rows_are_added_to_what_is_stored(tx: Transaction, plan: Plan, rows: pl.DataFrame) -> None:
    for part in rows.iter_slices(130):
        counted(plan, part).put_sum(tx, MODEL, TODAY)
    assert everything(stored(tx, plan)) == everything(counted(plan, rows))


def test_windows_that_are_not_named_stay_as_they_are(tx: Transaction, plan: Plan, rows: pl.DataFrame) -> None:
    unlabelled = rows.with_columns(truth=pl.lit(None, pl.Float64), label_at=pl.lit(None, pl.Int64))
    counted(plan, unlabelled).put(tx, MODEL)
    counts = Counts(plan)
    counts.add(rows, {START + 3 * HOUR})
    counts.put(tx, MODEL)
    found = {start: each.labelled > 0 for (_, start, _), each in stored(tx, plan).totals.items()}
    assert [start for start, labelled in found.items() if labelled] == [START + 3 * HOUR]
    assert everything(stored(tx, plan))[1] == everything(counted(plan, rows))[1]


def test_every_instant_is_in_its_window(plan: Plan) -> None:
    instants = np.array([START, START + HOUR - 1, START + HOUR, START - 1])
    assert window_starts(plan, instants).tolist() == [START, START, START + HOUR, START - HOUR]
