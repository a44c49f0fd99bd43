"""The lane of values: gaps, limits, and the one shape that browsers get."""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import DAY
from modelwatch.show.charts import Chart, Telling, TimeAxis
from modelwatch.show.charts.draw import to_svg, to_vega
from modelwatch.show.charts.ground import Ground, Stretch
from modelwatch.show.charts.scale import Scale
from modelwatch.show.charts.series import Band, Limit, Line, Note, Point, Ribbon, Series, series

GROUND = Ground(axis=TimeAxis(0, 10 * DAY), reference=Stretch(0, 2 * DAY), reference_says=("Reference", "9 rows"))
SCALE = Scale.of([0.4, 0.8])


def _drawn(shown: Series, **options: Any) -> Chart:
    return series(Telling(name="auc", says="It fell."), shown, ground=GROUND, **options)


def _points(*values: float | None) -> list[Point]:
    return [Point(day * DAY, value) for day, value in enumerate(values)]


def test_gaps_stay_gaps() -> None:
    chart = _drawn(Series(scale=SCALE, lines=[Line(_points(0.5, 0.6, None, 0.7, 0.6))]))
    [path] = [part for part in to_svg(chart.spec).split("<path") if "mark-line" in part or 'stroke-width="2"' in part][
        -1:
    ]
    assert path.count("M") == 2, "a line on either side of the gap"


def test_limits_stand_on_their_line() -> None:
    limit = Limit(0.5, "critical below 0.5", "critical", above=False)
    svg = to_svg(_drawn(Series(scale=SCALE, limits=[limit])).spec)
    assert "critical below 0.5" in svg


def test_the_reference_is_named_where_it_is_asked_for() -> None:
    assert "9 rows" not in to_svg(_drawn(Series(scale=SCALE)).spec)
    assert "9 rows" in to_svg(_drawn(Series(scale=SCALE), names_reference=True).spec)


def test_everything_at_once_compiles_for_a_browser() -> None:
    points = [Point(DAY, 0.6, 0.5, 0.7), Point(2 * DAY, 0.65, 0.55, 0.75)]
    shown = Series(
        scale=SCALE,
        lines=[Line(points), Line(points, "estimate"), Line(points, "label", thin=True)],
        ribbons=[Ribbon(points)],
        dots=points,
        bands=[Band(0.5, 0.7, 0.6)],
        limits=[Limit(0.5, "floor", "floor")],
        notes=[Note(DAY, 0.6, "left"), Note(9 * DAY, 0.6, "right")],
    )
    compiled = to_vega(_drawn(shown).spec)
    assert {"at": 86_400_000, "v": 0.6} in [row for data in compiled["data"] for row in data.get("values", [])]
