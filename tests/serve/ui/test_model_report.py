"""A model as one file: whole without a network, escaped, with the numbers that the API has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.serve.ui.model_report import model_report
from modelwatch.show import digits

LOANS = ModelKey("loans")
START = parse_instant("2026-03-01")
HOSTILE = "<script>alert('1')</script>"


@pytest.fixture(scope="module")
def page(made: Path) -> str:
    with Home.open(made / "home") as home:
        return model_report(home, LOANS)


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    assert "script-src &#x27;none&#x27;" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    assert "@import" not in page
    assert set(re.findall(r"url\(.{0,6}", page)) == {'url("data:'}


def test_no_style_stands_where_its_policy_forbids_it(page: str) -> None:
    assert not re.findall(r"<[^>]*\sstyle=", page)


def test_charts_take_their_colours_from_the_page(page: str) -> None:
    drawings = re.findall(r'<div class="drawn wide"[^>]*>(<svg.*?</svg>)', page, re.DOTALL)
    assert len(drawings) >= 5
    assert all("var(--line)" in each for each in drawings)
    assert "#E2E6EC" not in "".join(drawings)


def test_incidents_are_told_in_full(made: Path, page: str) -> None:
    with Home.open(made / "home") as home:
        found = home.incidents(LOANS)
    assert found
    for incident in found:
        assert f'id="incident-{incident["id"]}"' in page
        assert incident["cause"]["first_action"] in page
        assert all(line in page for line in incident["cause"]["evidence"][:3])


def test_numbers_are_those_of_the_api(made: Path, page: str) -> None:
    with Home.open(made / "home") as home:
        rows = home.metrics(LOANS, metric="rows")
    newest = max(rows, key=lambda each: each.window.start)
    assert re.search(rf'Predictions, [^<]*</dt><dd><span class="value">{digits.count(round(newest.value or 0))}<', page)


def test_the_specification_and_what_is_not_computed_stand_in_it(made: Path, page: str) -> None:
    assert "model: loans" in page
    assert "latency_ms is not logged" in page
    assert "1,200 rows" in page


def test_what_people_wrote_is_text(watched: Home) -> None:
    watched.add_event(LOANS, Event(kind="campaign", at=START + 3 * DAY, note=HOSTILE))
    page = model_report(watched, LOANS)
    assert HOSTILE not in page
    assert "&lt;script&gt;alert" in page


def test_a_stretch_holds_only_what_touches_it(made: Path) -> None:
    with Home.open(made / "home") as home:
        page = model_report(home, LOANS, since=START, until=START + DAY)
    assert "No incidents" in page
    assert "1 Mar 2026" in page.replace(digits.HARD_SPACE, " ")


def test_pictures_stand_in_the_file_for_both_themes(made: Path) -> None:
    with Home.open(made / "home") as home:
        page = model_report(home, LOANS, pictures=True)
    light, dark = (page.count(mark) for mark in ('<img src="data:image/png', 'srcset="data:image/png'))
    assert light == dark >= 5


def test_what_cannot_be_reported_says_why(made: Path) -> None:
    with Home.open(made / "home") as home:
        with pytest.raises(InputError, match="fresh has no specification yet"):
            model_report(home, ModelKey("fresh"))
        with pytest.raises(UnknownName):
            model_report(home, ModelKey("nobody"))
        with pytest.raises(InputError, match="until must lie after since"):
            model_report(home, LOANS, since=START + DAY, until=START)
