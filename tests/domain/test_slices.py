"""A slice is its column values, in whatever order they came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.slices import ALL_ROWS, Slice

values = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4)


@given(values, st.randoms(use_true_random=False))
def test_order_does_not_matter(pairs: dict[str, str], random: object) -> None:
    shuffled = list(pairs.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Slice.of(dict(shuffled)) == Slice.of(pairs)
    assert hash(Slice.of(dict(shuffled))) == hash(Slice.of(pairs))


@given(values)
def test_a_slice_gives_its_values_back(pairs: dict[str, str]) -> None:
    assert Slice.of(pairs).to_dict() == pairs
    assert bool(Slice.of(pairs)) == bool(pairs)


@given(values, values)
def test_slices_differ_as_their_values_do(left: dict[str, str], right: dict[str, str]) -> None:
    assert (Slice.of(left) == Slice.of(right)) == (left == right)


def test_all_rows_is_the_slice_of_nothing() -> None:
    assert Slice.of({}) == ALL_ROWS
    assert str(ALL_ROWS) == "all rows"
    assert str(Slice.of({"origin": "EWR", "carrier": "UA"})) == "carrier UA, origin EWR"
