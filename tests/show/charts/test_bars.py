"""The lane of bars: rows, limits, windows with nothing to count."""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import DAY
from modelwatch.show.charts import Telling, TimeAxis
from modelwatch.show.charts.bars import EDGE, PITCH, Bar, Level, bars
from modelwatch.show.charts.draw import to_svg
from modelwatch.show.charts.ground import Ground
from modelwatch.show.status import State

GROUND = Ground(axis=TimeAxis(0, 10 * DAY))
TOLD = Telling(name="missing", says="temp is missing.")


def _values(spec: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return [row for layer in spec["layer"] for row in layer["data"]["values"] if field in row]


def test_a_window_without_anything_is_marked_and_has_no_bar() -> None:
    lanes = [[Bar(0, DAY, 0.5), Bar(DAY, 2 * DAY, None), Bar(2 * DAY, 3 * DAY, 0.0)]]
    chart = bars(TOLD, lanes, ground=GROUND, ceiling=(1.0, "100 %"))
    assert len(_values(chart.spec, "h")) == 1
    marks = [layer for layer in chart.spec["layer"] if layer["mark"].get("shape", "").startswith("M-.6")]
    assert len(marks[0]["data"]["values"]) == 1


def test_bars_never_leave_their_row() -> None:
    chart = bars(TOLD, [[Bar(0, DAY, 7.0)]], ground=GROUND, ceiling=(1.0, "1"))
    assert _values(chart.spec, "h")[0]["h"] < 1


def test_rows_stand_a_pitch_apart_and_levels_are_named() -> None:
    level = Level(0.2, State.CRITICAL, "critical 20 %")
    chart = bars(TOLD, [[], [], []], ground=GROUND, ceiling=(1.0, "100 %"), levels=[level])
    assert chart.height == 3 * PITCH + 2 * EDGE
    assert "critical 20 %" in to_svg(chart.spec)
