"""The law of every sketch: split anywhere, merge in any order, write and read back: the same sketch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.errors import InputError
from modelwatch.sketch import CategorySketch, Domain, LogBuckets, NumericSketch, PresenceSketch, build_grid

GRID = build_grid(np.concatenate([np.random.default_rng(0).normal(size=500), np.zeros(60)]))
OTHER_GRID = build_grid(np.arange(10.0))
DOMAIN = Domain(("a", "b", "c"))

numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True, width=64))
words = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d", "é", "", "\ud800"]))


def numeric(values: list[float | None]) -> NumericSketch:
    present = np.array([v for v in values if v is not None], dtype=np.float64)
    return NumericSketch.of(GRID, present, absent=values.count(None))


def category(values: list[str | None]) -> CategorySketch:
    present = [v for v in values if v is not None]
    return CategorySketch.of(DOMAIN, {v: present.count(v) for v in set(present)}, missing=values.count(None))


def buckets(values: list[float | None]) -> LogBuckets:
    present = np.array([v for v in values if v is not None], dtype=np.float64)
    return LogBuckets.of(present, missing=values.count(None))


def presence(values: list[Any]) -> PresenceSketch:
    missing = sum(v is None for v in values)
    return PresenceSketch(len(values) - missing, missing)


@dataclass(frozen=True)
class Kind:
    """One sketch: how it is made from rows, which rows, and how its bytes are read."""

    make: Callable[[list[Any]], Any]
    values: st.SearchStrategy[Any]
    unpack: Callable[[list[Any]], Any]


KINDS = {
    "numeric": Kind(numeric, numbers, lambda packed: NumericSketch.unpack(GRID, packed)),
    "category": Kind(category, words, lambda packed: CategorySketch.unpack(DOMAIN, packed)),
    "buckets": Kind(buckets, numbers, LogBuckets.unpack),
    "presence": Kind(presence, numbers, PresenceSketch.unpack),
}
every = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def facts(sketch: Any) -> Any:
    """What must be equal to the last digit, and the sums that agree to rounding."""
    if isinstance(sketch, NumericSketch):
        return [
            sketch.counts.tolist(),
            sketch.absent,
            sketch.nan,
            sketch.above,
            sketch.below,
            sketch.minimum,
            sketch.maximum,
        ]
    if isinstance(sketch, CategorySketch):
        return [sketch.counts.tolist(), dict(sketch.unseen), sketch.other, sketch.missing]
    if isinstance(sketch, LogBuckets):
        return [dict(sorted(sketch.counts.items())), sketch.zeros, sketch.missing]
    return sketch


@every
@given(data=st.data())
def test_split_anywhere_equals_whole(kind: Kind, data: st.DataObject) -> None:
    rows = data.draw(st.lists(kind.values, max_size=40))
    cut = data.draw(st.integers(0, len(rows)))
    whole, parts = kind.make(rows), kind.make(rows[:cut]).merge(kind.make(rows[cut:]))
    assert facts(whole) == facts(parts)
    assert whole.rows == len(rows)


@every
@given(data=st.data())
def test_merge_is_associative_and_commutative(kind: Kind, data: st.DataObject) -> None:
    a, b, c = (kind.make(data.draw(st.lists(kind.values, max_size=15))) for _ in range(3))
    assert facts(a.merge(b).merge(c)) == facts(a.merge(b.merge(c)))
    assert facts(a.merge(b)) == facts(b.merge(a))


@every
@given(data=st.data())
def test_empty_is_the_identity(kind: Kind, data: st.DataObject) -> None:
    sketch = kind.make(data.draw(st.lists(kind.values, max_size=15)))
    assert facts(sketch.merge(kind.make([]))) == facts(sketch)


@every
@given(data=st.data())
def test_bytes_keep_everything(kind: Kind, data: st.DataObject) -> None:
    sketch = kind.make(data.draw(st.lists(kind.values, max_size=15)))
    assert facts(kind.unpack(sketch.pack())) == facts(sketch)


def test_different_grids_do_not_merge() -> None:
    with pytest.raises(InputError, match="different grids"):
        numeric([1.0]).merge(NumericSketch.of(OTHER_GRID, np.array([1.0])))


def test_different_domains_do_not_merge() -> None:
    with pytest.raises(InputError, match="different category domains"):
        category(["a"]).merge(CategorySketch.of(Domain(("x",)), {"x": 1}))


def test_unseen_categories_beyond_the_sample_merge_exactly() -> None:
    rows = {f"new-{i}": i % 7 + 1 for i in range(5000)}
    whole = CategorySketch.of(DOMAIN, rows)
    names = list(rows)
    parts = [CategorySketch.of(DOMAIN, {name: rows[name] for name in names[i::3]}) for i in range(3)]
    forward = parts[0].merge(parts[1]).merge(parts[2])
    backward = parts[2].merge(parts[1].merge(parts[0]))
    assert facts(whole) == facts(forward) == facts(backward)
    assert whole.other == sum(rows.values())
    assert abs(whole.distinct() / 5000 - 1) < 0.1
