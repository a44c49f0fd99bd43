"""Hours drawn: a cell for each share, a dot where nothing came, a line where it began; all of it compiles."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.instants import DAY, HOUR, MINUTE
from modelwatch.show.charts.draw import to_png, to_vega
from modelwatch.show.charts.hours import HourAxis, HourRow, feed, fill_of, hours


def values(spec: dict[str, Any], layer: int) -> list[dict[str, Any]]:
    return spec["layer"][layer]["data"]["values"]


def test_a_cell_without_rows_is_a_dot_and_never_a_low_share() -> None:
    axis = HourAxis(start=0, size=HOUR, count=3)
    made = hours("h", "gone", axis, [HourRow(name="temp", shares=[0.0, None, 1.0])], [4, 0, 8])
    cells, dots = values(made.spec, 0), values(made.spec, 1)
    assert [(cell["at"], cell["fill"]) for cell in cells] == [
        (0, "var(--heat-0)"),
        (2 * HOUR // 1000, "var(--critical-fill)"),
    ]
    assert [dot["at"] for dot in dots] == [(HOUR + HOUR // 2) // 1000]
    assert [row["row0"] for row in made.rows] == ["0\u00a0%", "\u2013", "100\u00a0%"]


def test_bars_are_as_tall_as_their_rows() -> None:
    axis = HourAxis(start=0, size=HOUR, count=3)
    bars = values(hours("h", "gone", axis, [], [4, 0, 8]).spec, 2)
    heights = [bar["bottom"] - bar["top"] for bar in bars]
    assert heights[1] == 2 * heights[0]


def test_where_it_began_is_drawn_and_said() -> None:
    axis = HourAxis(start=0, size=HOUR, count=72, mark=50 * HOUR, mark_says="no values from 02:00")
    spec = hours("h", "gone", axis, [HourRow(name="temp", shares=[1.0] * 72)], [1] * 72).spec
    words = [layer for layer in spec["layer"] if any(row.get("says") for row in layer["data"]["values"])]
    assert words[1]["mark"]["align"] == "right"
    assert values(spec, 4)[0] == {"at": 0, "day": "1\u00a0Jan"}


@pytest.mark.parametrize("size", [HOUR, 5 * MINUTE])
def test_it_compiles_and_can_be_a_picture(size: int) -> None:
    axis = HourAxis(start=DAY + 5 * HOUR, size=size, count=72, mark=2 * DAY, mark_says="from here")
    grid = hours("h", "gone", axis, [HourRow(name="a" * 99, shares=[0.3] * 72)], [7] * 72)
    rows = feed("f", "fewer", axis, [7] * 72, [None, *[9.0] * 71])
    for made in (grid, rows):
        assert to_vega(made.spec)["marks"]
        assert to_png(made.spec).startswith(b"\x89PNG")
        assert made.rows[0].keys() == made.columns.keys()


def test_colours_follow_the_share() -> None:
    assert [fill_of(share) for share in (0.019, 0.02, 0.2, 0.5, 0.95)] == [
        *("heat-0", "heat-1", "heat-2", "heat-3", "critical-fill"),
    ]
