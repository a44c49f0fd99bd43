"""Labels that are due are read in pieces of bounded size, and taken out of the inbox once; others stay or wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelwatch.domain.instants import DAY, HOUR, day_of, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, labels, models
from modelwatch.store.metadata import Transaction
from modelwatch.work.due import DueLabels, keep_waiting, wait, waiting
from modelwatch.work.parts import LABEL_AT, write_frame

START = parse_instant("2026-03-01")
MODEL = 1


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    """A transaction of a new state with one model."""
    with State.create(tmp_path / "state.sqlite") as state, state.transaction() as opened:
        assert models.ensure(opened, ModelKey("loans")) == MODEL
        yield opened


def put(tx: Transaction, *instants: int) -> None:
    """Put a label for each instant into the inbox; its id is the instant."""
    frame = pl.DataFrame({"prediction_id": [str(at) for at in instants], "label": 1.0})
    at = pl.Series("timestamp", instants).cast(pl.Datetime("us", "UTC"))
    labels.add(tx, MODEL, datetime.fromtimestamp(instants[0] / 1e6, UTC).date(), write_frame(frame.with_columns(at)))


def test_what_is_due_is_read_in_pieces_and_what_is_not_stays(tx: Transaction) -> None:
    for hour in range(10):
        put(tx, *(START + hour * HOUR + step for step in range(4)))
    due = DueLabels.at(tx, MODEL, START + 6 * HOUR, piece_rows=10)
    assert (due.rows, due.first, due.last) == (25, START, START + 6 * HOUR)
    assert [piece.height for piece in due.pieces(tx)] == [8, 8, 9]
    due.settle(tx)
    after = DueLabels.at(tx, MODEL, START + DAY - 1)
    assert (after.rows, after.first) == (15, START + 6 * HOUR + 1)
    after.settle(tx)
    assert labels.inbox(tx, MODEL, day_of(START + DAY)) == []


def test_nothing_due_leaves_the_inbox_alone(tx: Transaction) -> None:
    put(tx, START + HOUR)
    due = DueLabels.at(tx, MODEL, START)
    assert (due.rows, list(due.pieces(tx))) == (0, [])
    assert len(labels.inbox(tx, MODEL, day_of(START))) == 1


@pytest.mark.parametrize("piece_rows", [2, 100])
def test_labels_that_were_found_are_not_missing(tx: Transaction, piece_rows: int) -> None:
    put(tx, START, START + 1)
    put(tx, START + 2, START + 3)
    due = DueLabels.at(tx, MODEL, START + HOUR, piece_rows=piece_rows)
    marks = [piece["prediction_id"].is_in([str(START), str(START + 3)]).to_numpy() for piece in due.pieces(tx)]
    due.mark(marks)
    assert [each for _, piece in due.missing(tx) for each in piece[LABEL_AT]] == [START + 1, START + 2]
    due.mark([np.ones_like(mark) for mark in marks])
    assert list(due.missing(tx)) == []


def waits(first: int, number: int) -> pl.DataFrame:
    places = range(first, first + number)
    return pl.DataFrame({"prediction_id": [str(at) for at in places], "truth": 1.0, LABEL_AT: list(places)})


def test_waiting_labels_are_kept_in_parts_until_they_are_too_old(tx: Transaction) -> None:
    wait(tx, MODEL, [waits(0, 6), waits(6, 6)], since=-1, part_rows=10)
    wait(tx, MODEL, [waits(12, 4)], since=-1, part_rows=10)
    assert {part: labels.height for part, labels in waiting(tx, MODEL)} == {0: 6, 1: 10}
    wait(tx, MODEL, [waits(3, 6), waits(16, 2)], since=7, part_rows=10)
    kept = dict(waiting(tx, MODEL))
    assert sorted({at for labels in kept.values() for at in labels[LABEL_AT]}) == list(range(8, 18))
    for part, each in kept.items():
        keep_waiting(tx, MODEL, part, each.clear())
    assert list(waiting(tx, MODEL)) == []
