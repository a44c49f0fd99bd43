"""Made-up ids: UUIDs of version 7 whose time is the row's, different for every row and source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.ids import mix, row_ids

NOON = datetime(2013, 3, 1, 12, tzinfo=UTC)


def test_ids_are_uuids_of_the_time() -> None:
    times = pl.Series([NOON + timedelta(seconds=row) for row in range(1000)])
    found = [UUID(text) for text in row_ids(times, pl.int_range(1, 1001, eager=True), digest="file")]
    assert {each.version for each in found} == {7}
    assert {each.variant for each in found} == {RFC_4122}
    assert [each.int >> 80 for each in found] == (times.dt.timestamp("ms")).to_list()
    assert sorted(map(str, found)) == list(map(str, found))


def test_no_two_of_a_million_rows_share_an_id() -> None:
    rows = 1_000_000
    times = pl.repeat(0, rows, dtype=pl.Int64, eager=True).cast(pl.Datetime("us", "UTC"))
    assert row_ids(times, pl.int_range(0, rows, eager=True), digest="file").n_unique() == rows


@given(st.lists(st.integers(0, 2**64 - 1), unique=True))
def test_mixing_loses_nothing(words: list[int]) -> None:
    assert len(set(mix(np.array(words, dtype=np.uint64)).tolist())) == len(words)
