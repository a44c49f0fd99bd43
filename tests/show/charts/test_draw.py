"""What draws charts: one compilation for each shape, colours in their place, pictures that are pictures."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from typing import Any

import pytest

from modelwatch.show.charts import draw, field, layered, rows_of
from modelwatch.show.charts.draw import browser_script, browser_script_version, to_png, to_svg, to_vega
from modelwatch.show.tokens import TOKENS, token


def bars(*values: float, colour: str = token("critical")) -> dict[str, Any]:
    data = rows_of({"name": str(place), "value": value} for place, value in enumerate(values))
    mark = {"data": data, "mark": {"type": "bar", "color": colour}}
    return layered({**mark, "encoding": {"x": field("name", "nominal"), "y": field("value")}}, height=60, width=200)


def test_charts_of_one_shape_are_compiled_once() -> None:
    draw._compiled.cache_clear()
    for value in range(5):
        to_vega(bars(value, value + 1.0))
    assert draw._compiled.cache_info().misses == 1
    to_vega(bars(1.0, colour=token("ok")))
    assert draw._compiled.cache_info().misses == 2


def test_each_chart_keeps_its_own_numbers() -> None:
    first, second = to_vega(bars(1.0, 2.0)), to_vega(bars(3.0))
    values = [[each["values"] for each in spec["data"] if "values" in each] for spec in (first, second)]
    assert values == [
        [[{"name": "0", "value": 1.0}, {"name": "1", "value": 2.0}]],
        [[{"name": "0", "value": 3.0}]],
    ]


def test_a_specification_is_left_as_it_was() -> None:
    spec = bars(1.0, 2.0)
    before = json.dumps(spec)
    to_vega(spec)
    to_svg(spec)
    to_png(spec)
    assert json.dumps(spec) == before


def test_a_browser_gets_the_names_of_colours() -> None:
    text = json.dumps(to_vega(bars(1.0)))
    assert "var(--critical)" in text
    assert TOKENS["critical"][0] not in text


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_drawing_has_the_colours_of_its_mode(mode: Any) -> None:
    svg = to_svg(bars(1.0), mode)
    assert svg.startswith("<svg")
    assert "var(--" not in svg
    assert TOKENS["critical"][mode == "dark"].lower() in svg.lower()


def test_a_picture_is_a_png_of_twice_the_pixels() -> None:
    picture = to_png(bars(1.0, 2.0))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (2 * 240, 2 * 72)
    assert struct.unpack(">II", to_png(bars(1.0), scale=1)[16:24]) == (240, 72)


def test_a_text_of_the_rows_can_do_nothing_in_a_drawing() -> None:
    spec = bars(1.0)
    spec["layer"][0]["data"]["values"][0]["name"] = "</text><script>alert(1)</script>"
    assert "<script" not in to_svg(spec)


def test_the_script_of_a_browser_is_one_and_asks_no_other_host() -> None:
    script = browser_script()
    assert "window.vegaEmbed" in script
    assert "import(" not in script[:1000]
    assert browser_script_version() in script or browser_script_version()


def test_without_the_renderer_it_is_said_what_to_install() -> None:
    code = """
import sys
sys.modules["vl_convert"] = None
from modelwatch.domain.errors import InputError
from modelwatch.show.charts.draw import to_svg
try:
    to_svg({})
except InputError as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "drawing charts needs vl-convert: pip install 'modelwatch[charts]'\n"
