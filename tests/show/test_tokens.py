"""The design tokens: text that can be read, lines that can be seen, a heat scale with one direction, no lost name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import modelwatch
from modelwatch.show.tokens import HEAT_LIMITS, TOKENS, heat, painted, style_sheet, token

SOURCE = Path(modelwatch.__file__).parent
GROUNDS = ("surface", "bg", "sunken")
TEXTS = ("t1", "t2", "t3", "link", "critical", "warning", "nodata", "ok", "label")
TINTED = {"critical-tint": "critical", "warning-tint": "warning", "nodata-tint": "nodata"}
# Lines, marks and edges that mean something stand on cards.
MARKS = ("control", "current", "label", "ref-line", "critical-fill", "ok", "nodata")
BY_MODE = pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
HEATS = [f"heat-{step}" for step in range(6)]


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_says_what_is_known_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@BY_MODE
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_can_be_read_on_every_ground(text: str, ground: str, side: int) -> None:
    assert contrast(TOKENS[text][side], TOKENS[ground][side]) >= 4.5


@BY_MODE
@pytest.mark.parametrize("tint", TINTED)
def test_text_can_be_read_on_the_tints_of_banners(tint: str, side: int) -> None:
    for text in ("t1", "t2", TINTED[tint]):
        assert contrast(TOKENS[text][side], TOKENS[tint][side]) >= 4.5


@BY_MODE
def test_white_can_be_read_on_a_button(side: int) -> None:
    assert contrast("#FFFFFF", TOKENS["button"][side]) >= 4.5


@BY_MODE
@pytest.mark.parametrize("mark", MARKS)
def test_lines_that_mean_something_can_be_seen(mark: str, side: int) -> None:
    assert contrast(TOKENS[mark][side], TOKENS["surface"][side]) >= 3


@BY_MODE
def test_heat_goes_ever_further_from_the_surface(side: int) -> None:
    surface = luminance(TOKENS["surface"][side])
    distances = [abs(luminance(TOKENS[name][side]) - surface) for name in HEATS]
    assert distances == sorted(distances)
    assert len(set(distances)) == len(distances)


def test_a_multiple_of_its_limit_is_the_first_beyond_it_only_when_past() -> None:
    assert [heat(limit) for limit in HEAT_LIMITS] == [0, 1, 2, 3, 4]
    assert [heat(limit * 1.001) for limit in HEAT_LIMITS] == [1, 2, 3, 4, 5]


def named(text: str) -> set[str]:
    """The custom properties that a text uses and does not set itself."""
    return set(re.findall(r"var\(--([\w-]+)", text)) - set(re.findall(r"--([\w-]+)\s*:", text))


def test_every_token_that_style_sheets_templates_and_scripts_name_is_there() -> None:
    files = [path for ending in ("css", "html", "js", "svg") for path in SOURCE.rglob(f"*.{ending}")]
    assert len(files) > 5
    lost = {path.name: found for path in files if (found := named(path.read_text("utf-8")) - TOKENS.keys())}
    assert lost == {}


def test_every_token_that_code_names_is_there() -> None:
    texts = {path: path.read_text("utf-8") for path in SOURCE.rglob("*.py")}
    pattern = re.compile(r"""\btoken\(\s*["']([\w-]+)["']|var\(--([\w-]+)\)""")
    used = {one or other for text in texts.values() for one, other in pattern.findall(text)}
    assert "t3" in used
    assert used <= {*TOKENS, "x"}  # `var(--x)` is how comments speak of any


def test_a_token_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="there is no token 'red': there are bg, surface"):
        token("red")


def test_the_sheet_sets_all_tokens_by_preference_and_by_choice() -> None:
    sheet = style_sheet()
    for name, (light, dark) in TOKENS.items():
        assert (sheet.count(f"--{name}:{light};"), sheet.count(f"--{name}:{dark};")) == (
            (3, 3) if light == dark else (1, 2)
        )
    assert "prefers-color-scheme:dark" in sheet
    assert ":root[data-theme=dark]" in sheet


def test_what_is_painted_names_no_token() -> None:
    spec = {"mark": token("ok"), "layer": [{"color": token("critical")}, 3, None, "ok"], "text": "var(--ok) is green"}
    assert painted(spec) == {
        "mark": TOKENS["ok"][0],
        "layer": [{"color": TOKENS["critical"][0]}, 3, None, "ok"],
        "text": "var(--ok) is green",
    }
    assert painted(token("bg"), "dark") == TOKENS["bg"][1]
