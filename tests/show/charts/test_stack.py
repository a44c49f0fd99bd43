"""Stacked bars: parts add up, one bad model does not fill the chart."""

from __future__ import annotations

from itertools import pairwise

import pytest

from modelwatch.show.charts.stack import HEIGHT, LEAST, WIDTH, stacked
from modelwatch.show.status import State


def test_parts_stand_on_each_other_and_fill_the_height_on_the_worst_day() -> None:
    worst = {State.CRITICAL: 2, State.WARNING: 6, State.NODATA: 1}
    boxes = stacked([{State.CRITICAL: 0, State.WARNING: 3}, worst])
    assert [box.state for box in boxes] == [State.WARNING, State.CRITICAL, State.WARNING, State.NODATA]
    second = boxes[1:]
    assert second[0].y + second[0].height == HEIGHT
    for below, above in pairwise(second):
        assert above.y + above.height == pytest.approx(below.y, abs=0.11)
    assert second[-1].y == pytest.approx(0, abs=0.11)
    assert {box.x for box in second} == {WIDTH / 2}


def test_one_bad_model_does_not_fill_the_chart() -> None:
    [box] = stacked([{State.CRITICAL: 1}])
    assert box.height == HEIGHT / LEAST


def test_good_days_have_no_boxes() -> None:
    assert stacked([{State.CRITICAL: 0}, {}]) == []
    assert stacked([]) == []
