"""Notes as batches: within their size, in an order in which labels come after predictions."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.client import Kind
from modelwatch.collect.client.pack import pack
from modelwatch.collect.client.rows import Note


def prediction(text: str) -> Note:
    return (Kind.PREDICTIONS, 0, (text, *[None] * 10))


@given(st.lists(st.integers(0, 200), max_size=30), st.integers(1, 500))
def test_every_row_is_in_one_batch_and_batches_keep_to_their_size(lengths: list[int], batch_bytes: int) -> None:
    packed = pack([prediction("x" * length) for length in lengths], batch_bytes=batch_bytes)
    rows = [row for batch in packed.batches for row in batch.rows]
    assert len(rows) == packed.rows == len(lengths)
    assert all(batch.count == 1 or batch.size_bytes <= batch_bytes for batch in packed.batches)
    assert [row.count(b"x") for row in rows] == lengths


def test_tables_go_between_predictions_and_labels() -> None:
    label: Note = (Kind.LABELS, 0, ("a", None, None, "label"))
    table: Note = (Kind.PREDICTIONS, 0, (pl.DataFrame({"x": [1, 2]}),))
    found = pack([label, table, prediction("a")], batch_bytes=1000).batches
    assert [(batch.kind.value, batch.count, batch.table is None) for batch in found] == [
        ("predictions", 1, True),
        ("predictions", 2, False),
        ("labels", 1, True),
    ]
    assert b'"label":null' in found[-1].rows[0]


def test_keys_of_batches_differ_and_halves_have_their_own() -> None:
    [batch] = pack([prediction(text) for text in "abc"], batch_bytes=1000).batches
    first, second = batch.halves()
    assert first.rows + second.rows == batch.rows
    assert len({batch.key, first.key, second.key}) == 3
