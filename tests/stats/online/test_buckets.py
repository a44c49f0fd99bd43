"""The buckets of an adaptive window: merged one value at a time they are the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.stats.online.buckets import buckets_after, cuts_after, ends_of


def one_by_one(rows: list[int], added: int, most: int) -> list[int]:
    rows = list(rows)
    for _ in range(added):
        rows[0] += 1
        for row in range(len(rows)):
            if rows[row] > most:
                rows[row] -= 2
                if row + 1 == len(rows):
                    rows.append(0)
                rows[row + 1] += 1
    return rows


mosts = st.integers(2, 6)


@given(mosts, st.lists(st.integers(0, 2), min_size=1, max_size=4), st.integers(0, 200))
def test_merged_at_once_is_merged_one_by_one(most: int, rows: list[int], added: int) -> None:
    assert buckets_after(rows, added, most=most) == one_by_one(rows, added, most)


@given(mosts, st.lists(st.integers(0, 2), min_size=1, max_size=4), st.lists(st.integers(1, 200), min_size=1))
def test_cuts_are_the_ends_of_the_buckets(most: int, rows: list[int], added: list[int]) -> None:
    blocks = [*cuts_after(rows, np.array(added), most=most)]
    for column, count in enumerate(added):
        found = {int(cut) for block in blocks for cut in block[:, column]}
        assert found | {0} == set(ends_of(buckets_after(rows, count, most=most)).tolist())
