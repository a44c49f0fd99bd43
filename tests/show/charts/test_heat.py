"""The heat map: missing is never low, rows keep their pitch."""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import DAY
from modelwatch.show.charts import Chart, Telling, TimeAxis
from modelwatch.show.charts.ground import Ground
from modelwatch.show.charts.heat import EDGE, PITCH, Cell, HeatRow, heat_map

GROUND = Ground(axis=TimeAxis(0, 10 * DAY))


def _map(*cells: Cell) -> Chart:
    lanes = [HeatRow("temp", cells, "/models/a/columns/temp"), HeatRow("dewp", [])]
    return heat_map(Telling(name="psi", says="."), lanes, ground=GROUND)


def _marks(chart: Chart, kind: str) -> list[dict[str, Any]]:
    count = len(GROUND.layers())
    return [
        row for layer in chart.spec["layer"][count:] if layer["mark"]["type"] == kind for row in layer["data"]["values"]
    ]


def test_missing_is_never_painted_as_low() -> None:
    chart = _map(Cell(0, DAY), Cell(DAY, 2 * DAY, empty=True))
    assert [row for row in _marks(chart, "rect") if "h" in row] == []
    assert len(_marks(chart, "circle")) == 1, "a dot where there were too few windows"
    assert len(_marks(chart, "point")) == 1, "a slash where there were rows without a value"


def test_a_cell_may_be_past_its_limit_and_have_a_window_without_values() -> None:
    chart = _map(Cell(0, DAY, 3.0, empty=True))
    assert [row["h"] for row in _marks(chart, "rect") if "h" in row] == [3]
    assert len(_marks(chart, "point")) == 1


def test_cells_lead_to_their_page_and_rows_keep_the_pitch() -> None:
    chart = _map(Cell(0, DAY, 0.2))
    assert [row["u"] for row in _marks(chart, "rect") if "u" in row] == ["/models/a/columns/temp"]
    assert chart.height == 2 * PITCH + EDGE
