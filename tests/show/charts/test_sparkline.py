"""Sparklines: inside their box, gaps left as gaps, short paths."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from modelwatch.show.charts.sparkline import HEIGHT, WIDTH, sparkline

VALUES = st.floats(-1e6, 1e6)


def walked(path: str) -> list[tuple[int, int]]:
    """Every point of a path, its steps added up."""
    found: list[tuple[int, int]] = []
    for letter, numbers in re.findall(r"([Mlh])([^Mlh]*)", path):
        steps = [int(each) for each in re.findall(r"-?\d+", numbers)]
        if letter == "M":
            found.append((steps[0], steps[1]))
        elif letter == "h":
            found.append((found[-1][0] + steps[0], found[-1][1]))
        else:
            for right, fall in zip(steps[::2], steps[1::2], strict=True):
                found.append((found[-1][0] + right, found[-1][1] + fall))
    return found


@given(st.lists(VALUES, min_size=1, max_size=60), st.none() | st.tuples(VALUES, VALUES).map(sorted))
def test_everything_lies_inside_the_box(values: list[float], band: list[float] | None) -> None:
    course = [(place * 10, value) for place, value in enumerate(values, start=1)]
    made = sparkline(course, 0, 600, apart=10, band=None if band is None else (band[0], band[1]))
    assert made is not None
    points = walked(made.path)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert points[-1] == made.end
    if made.band is not None:
        assert made.band[0] >= 0
        assert 0 <= made.band[1] <= HEIGHT - made.band[0]


def test_a_higher_value_lies_higher() -> None:
    made = sparkline([(0, 1.0), (5, 3.0), (10, 2.0)], 0, 10, apart=5)
    assert made is not None
    (_, first), (_, second), (_, third) = walked(made.path)
    assert second < third < first


def test_what_lies_too_far_apart_is_not_joined() -> None:
    made = sparkline([(0, 1.0), (10, 1.0), (40, 2.0), (50, 2.0), (90, 1.0)], 0, 100, apart=10)
    assert made is not None
    assert made.path.count("M") == 3
    assert made.path.endswith("h0")  # one value alone is a dot


def test_nothing_to_draw_is_nothing() -> None:
    assert sparkline([], 0, 10, apart=1) is None
    assert sparkline([(11, 1.0)], 0, 10, apart=1) is None
