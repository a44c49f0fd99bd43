"""The stored index: parts of bounded size, few of them however the rows come, and every row there once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from modelwatch.domain.names import ModelKey
from modelwatch.store import State, labels, models
from modelwatch.store.labels import IndexPart
from modelwatch.store.metadata import Transaction
from modelwatch.work.parts import LABEL_AT, Parts, write_frame

MONDAY, TUESDAY, WEDNESDAY = date(2013, 3, 4), date(2013, 3, 5), date(2013, 3, 6)
MODEL = 1


def rows(first: int, number: int, *, labelled: bool = False) -> pl.DataFrame:
    label_at = pl.Series(LABEL_AT, [7 if labelled else None], dtype=pl.Int64).new_from_index(0, number)
    return pl.DataFrame({"id": pl.int_range(first, first + number, eager=True)}).with_columns(label_at)


def ids(parts: Parts, tx: Transaction, day: date) -> list[int]:
    return [each for part in parts.of(tx, day) for each in parts.read(tx, part)["id"]]


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    """A transaction of a new state with one model."""
    with State.create(tmp_path / "state.sqlite") as state, state.transaction() as opened:
        assert models.ensure(opened, ModelKey("loans")) == MODEL
        yield opened


def test_many_small_additions_leave_few_parts(tx: Transaction) -> None:
    parts = Parts(MODEL, part_rows=400)
    for place in range(1000):
        parts.append(tx, MONDAY, rows(place, 1))
    kept = parts.of(tx, MONDAY)
    assert len(kept) < 12
    assert all(part.rows <= 400 for part in kept)
    assert sorted(ids(parts, tx, MONDAY)) == list(range(1000))
    assert labels.index_parts(tx, MODEL) == kept


def test_a_large_addition_is_split(tx: Transaction) -> None:
    parts = Parts(MODEL, part_rows=400)
    parts.append(tx, MONDAY, rows(0, 1000))
    assert [part.rows for part in parts.of(tx, MONDAY)] == [400, 400, 200]
    assert ids(parts, tx, MONDAY) == list(range(1000))


def test_an_addition_writes_no_full_part_again(tx: Transaction) -> None:
    parts = Parts(MODEL, part_rows=400)
    parts.append(tx, MONDAY, rows(0, 800))
    full = parts.of(tx, MONDAY)
    for part in full:
        labels.put_index(tx, MODEL, part, b"not to be touched")
    parts.append(tx, MONDAY, rows(800, 100))
    assert [labels.get_index(tx, MODEL, part) for part in full] == [b"not to be touched"] * 2


def test_another_run_reads_what_this_one_wrote(tx: Transaction) -> None:
    first = Parts(MODEL, part_rows=400)
    first.append(tx, TUESDAY, rows(0, 500))
    first.append(tx, MONDAY, rows(500, 10))
    second = Parts(MODEL, part_rows=400)
    assert second.days(tx) == [MONDAY, TUESDAY]
    assert ids(second, tx, TUESDAY) == list(range(500))
    assert second.of(tx, WEDNESDAY) == []


def test_parts_are_read_as_many_together_as_may_be(tx: Transaction) -> None:
    parts = Parts(MODEL, part_rows=400)
    for day, number in ((MONDAY, 300), (TUESDAY, 50), (WEDNESDAY, 300)):
        parts.append(tx, day, rows(0, number))
    batches = list(parts.batches(tx, [MONDAY, TUESDAY, WEDNESDAY]))
    assert [[part.day for part in batch] for batch in batches] == [[MONDAY, TUESDAY], [WEDNESDAY]]


def test_only_parts_with_labels_are_asked_for_them(tx: Transaction) -> None:
    parts = Parts(MODEL, part_rows=400)
    parts.append(tx, MONDAY, rows(0, 400))
    parts.append(tx, TUESDAY, rows(400, 400, labelled=True))
    assert [[part.day for part in batch] for batch in parts.batches(tx, parts.days(tx), labelled=True)] == [[TUESDAY]]
    [part] = parts.of(tx, MONDAY)
    parts.rewrite(tx, part, rows(0, 400, labelled=True))
    assert len(list(parts.batches(tx, parts.days(tx), labelled=True))) == 2


def test_a_day_of_an_older_home_is_taken_apart_when_it_is_written(tx: Transaction) -> None:
    whole = IndexPart(MONDAY, 0, 400, True)
    labels.put_index(tx, MODEL, whole, write_frame(rows(0, 1000)))
    parts = Parts(MODEL, part_rows=400)
    parts.append(tx, MONDAY, rows(1000, 10))
    assert ids(parts, tx, MONDAY) == list(range(1010))
    parts.rewrite(tx, whole, rows(0, 1000, labelled=True))
    kept = Parts(MODEL).of(tx, MONDAY)
    assert all(part.rows <= 400 for part in kept)
    assert sorted(ids(parts, tx, MONDAY)) == list(range(1010))


def test_no_more_than_one_part_s_rows_stay_in_memory(tx: Transaction) -> None:
    parts = Parts(MODEL, part_rows=400)
    parts.append(tx, MONDAY, rows(0, 2000))
    first, *others = parts.of(tx, MONDAY)
    frame = parts.read(tx, first)
    assert parts.read(tx, first) is frame
    for part in others:
        parts.read(tx, part)
    assert parts.read(tx, first) is not frame
