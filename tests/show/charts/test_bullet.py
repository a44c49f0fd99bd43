"""Bullets: value, threshold and noise keep their order, whatever their sizes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelwatch.show.charts.bullet import WIDTH, bullet

SIZES = st.floats(0, 1e6)


@given(SIZES, SIZES, SIZES)
def test_order_is_kept_and_everything_is_inside(value: float, floor: float, limit: float) -> None:
    made = bullet(value, floor=floor, limits=[limit])
    assert made.dot is not None
    assert made.noise is not None
    places = {"value": made.dot, "floor": made.noise[1], "limit": made.ticks[0]}
    sizes = {"value": value, "floor": floor, "limit": limit}
    ranked = sorted(sizes, key=sizes.__getitem__)
    assert [places[name] for name in ranked] == sorted(places.values())
    assert all(0 <= place <= WIDTH for place in places.values())


def test_negative_values_and_nothing_at_all() -> None:
    made = bullet(-0.1, floor=None, limits=[-0.06], normal=(-0.05, 0.03))
    assert made.dot is not None
    assert made.dot < made.ticks[0] < (made.noise or (0, 0))[0]
    assert bullet(None, floor=None, limits=[]).dot is None
