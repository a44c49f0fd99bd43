"""Small drawings: they are as high as the shares they stand for, and name what came and went."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from modelwatch.show.sides import Sides, bullet, histogram, levels, spark

NUMBERS = Sides(reference=(10, 30, 60), current=(0, 50, 50), edges=(0.0, 1.0, 2.0, 3.0))
WORDS = Sides(reference=(50, 50, 0), current=(20, 0, 80), levels=("a", "b", "<c>"))


def test_the_highest_bar_is_as_high_as_the_picture_and_others_in_proportion() -> None:
    heights = [float(each.attrib["height"]) for each in ElementTree.fromstring(spark(NUMBERS)).iter("rect")]
    assert heights == pytest.approx([4.0, 12.0, 24.0])


def test_the_line_steps_along_the_current_shares() -> None:
    points = next(ElementTree.fromstring(spark(NUMBERS)).iter("polyline")).attrib["points"].split()
    steps = [float(point.split(",")[1]) for point in points]
    assert steps[1:3] == [24.0, 24.0]
    assert steps[3] == pytest.approx(24 - 23 * 0.5 / 0.6, abs=0.01)


def test_a_histogram_names_the_ends_of_its_axis_and_the_highest_share() -> None:
    told = [each.text or "" for each in ElementTree.fromstring(histogram(NUMBERS)).iter("text")]
    assert told[0].startswith("0")
    assert "60\u00a0%" in told
    assert (told[3], told[-1]) == ("0", "3.00")


def test_levels_that_came_and_went_are_named() -> None:
    table = levels(WORDS)
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    assert ["lost" in row for row in rows] == [False, True, False]
    assert ["new" in row for row in rows] == [False, False, True]
    assert "<c>" not in table


@pytest.mark.parametrize("sides", [NUMBERS, WORDS, Sides(reference=(0,), current=(0,), levels=("a",))])
def test_every_drawing_is_sound_xml(sides: Sides) -> None:
    for made in (spark(sides), levels(sides) if sides.levels else histogram(sides)):
        assert ElementTree.fromstring(made).tag in ("svg", "table")
        assert "nan" not in made


def test_a_bullet_stands_in_the_order_of_its_numbers() -> None:
    made = ElementTree.fromstring(bullet(0.5, floor=0.1, threshold=0.25))
    track, floor, threshold = (float(each.attrib["width"]) for each in made.iter("rect"))
    dot = float(next(made.iter("circle")).attrib["cx"])
    tick = [float(each.attrib["x"]) for each in made.iter("rect")][2]
    assert floor < tick < dot
    assert track > floor
    assert threshold == 2


def test_without_a_value_a_bullet_is_empty() -> None:
    assert "circle" not in bullet(None, floor=0.1, threshold=0.2)
    assert "circle" not in bullet(0.0, floor=None, threshold=None)
