"""The table of hashes gives what a dict would, however its entries come."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.log.hashes import HashTable

BATCHES = st.lists(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=20), max_size=12)


@given(BATCHES)
def test_it_keeps_the_first_value_as_a_dict_does(batches: list[list[tuple[int, int]]]) -> None:
    table, expected = HashTable(), dict[int, int]()
    for batch in batches:
        keys, values = (np.array([pair[place] for pair in batch], dtype=np.uint64) for place in (0, 1))
        told_new, told_first = table.first(keys, values)
        new = [(key not in expected, expected.setdefault(key, value))[0] for key, value in batch]
        assert told_new.tolist() == new
        assert told_first.tolist() == [expected[key] for key, _ in batch]
    assert len(table) == len(expected)
    asked = np.arange(60, dtype=np.uint64)
    assert table.has(asked).tolist() == [key in expected for key in range(60)]


def test_many_small_batches_stay_few_runs() -> None:
    table = HashTable()
    hashes = np.random.default_rng(7).integers(0, 2**63, size=20_000).astype(np.uint64)
    for part in np.array_split(hashes, 2_000):
        table.first(part, part)
    assert table.has(hashes).all()
    assert len(table._runs) < 20
