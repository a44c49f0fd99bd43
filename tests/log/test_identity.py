"""Identity: the content hash is the same everywhere and for ever, and the sieve does what a loop would do."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.log.identity import content_hash, sift

COLUMNS: dict[str, Any] = {
    "text": ["", "a", "é", None, "a" * 10_000],
    "number": [0.5, -1e300, math.nan, None, math.inf],
    "flag": [True, False, None, True, False],
    "time": [datetime(2013, 3, 1, tzinfo=UTC) + timedelta(microseconds=us) for us in range(5)],
    "vector": pl.Series([[1.0, 2.0], [], None, [2.0, 1.0], [math.nan]], dtype=pl.List(pl.Float32)),
}
FRAME = pl.DataFrame(COLUMNS)
# What is stored in lakes: these numbers must never change.
STORED = [
    -6088989864482298825,
    4196446506803153679,
    6031138182535782855,
    -4334241009555745419,
    -415531112587262931,
]


def test_the_hashes_in_existing_lakes_stay_what_they_are() -> None:
    assert content_hash(FRAME).to_list() == STORED


PROGRAM = """
import polars as pl
from modelwatch.log.identity import content_hash
print(content_hash(pl.DataFrame({"a": ["x"]})).item())
"""


def test_another_process_hashes_alike() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout
    assert int(told) == content_hash(pl.DataFrame({"a": ["x"]})).item()


numbers = st.none() | st.floats(width=32)
texts, flags = st.none() | st.text(max_size=3), st.none() | st.booleans()
vectors = st.lists(st.floats(width=32), max_size=3)
tables = st.lists(st.tuples(numbers, texts, flags, vectors), min_size=1, max_size=8)


def frame_of(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {"n": pl.Float64, "t": pl.String, "b": pl.Boolean, "v": pl.List(pl.Float32)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def plain(value: Any) -> Any:
    """A value as equality here means it."""
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value + 0.0
    return value


@given(tables)
def test_equal_rows_and_only_they_have_equal_hashes(rows: list[tuple[Any, ...]]) -> None:
    hashes = content_hash(frame_of(rows)).to_list()
    for left, left_hash in zip(rows, hashes, strict=True):
        for right, right_hash in zip(rows, hashes, strict=True):
            assert (left_hash == right_hash) == (plain(left) == plain(right))


@given(tables, st.permutations(["n", "t", "b", "v"]), st.integers(0, 8))
def test_neither_order_nor_batches_nor_empty_columns_matter(
    rows: list[tuple[Any, ...]], order: list[str], cut: int
) -> None:
    frame = frame_of(rows)
    expected = content_hash(frame).to_list()
    assert content_hash(frame.select(order)).to_list() == expected
    assert content_hash(frame[:cut]).to_list() + content_hash(frame[cut:]).to_list() == expected
    assert content_hash(frame.with_columns(new=pl.lit(None, dtype=pl.Float64))).to_list() == expected


def test_a_value_belongs_to_its_column_and_place() -> None:
    def hashed(**columns: Any) -> int:
        return content_hash(pl.DataFrame(columns)).item()

    assert hashed(a=[1.0], b=[2.0]) != hashed(a=[2.0], b=[1.0])
    assert hashed(a=[[1.0, 2.0]]) != hashed(a=[[2.0, 1.0]])
    assert hashed(a=[[1.0], [0.0, 0.0]][:1]) != hashed(a=[[1.0, 0.0]])
    assert hashed(a=[0.0]) == hashed(a=[-0.0])
    assert hashed(a=[math.nan]) == hashed(a=[-math.nan])
    assert hashed(a=[False]) != hashed(a=pl.Series([None], dtype=pl.Boolean))
    assert hashed(a=[""]) != hashed(a=pl.Series([None], dtype=pl.String))


known_rows = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 2)), max_size=12), known_rows)
def test_the_sieve_does_what_a_loop_does(rows: list[tuple[str, int]], stored: dict[str, int]) -> None:
    schema = {"id": pl.String, "content_hash": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")
    sifted = sift(frame, pl.DataFrame(list(stored.items()), schema=schema, orient="row"), keys=["id"])
    seen, fresh, repeated, conflicts = dict(stored), [], [], []
    for number, (name, content) in enumerate(rows):
        if name not in seen:
            seen[name] = content
            fresh.append(number)
        elif seen[name] == content:
            repeated.append(number)
        else:
            conflicts.append(number)
    assert sifted.fresh["row"].to_list() == fresh
    assert sifted.repeated["row"].to_list() == repeated
    assert sifted.conflicts["row"].to_list() == conflicts
    assert sifted.fresh.columns == frame.columns
