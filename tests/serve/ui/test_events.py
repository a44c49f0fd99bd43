"""The events page: what the API lists, the latest first, hostile words as words."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, format_instant
from modelwatch.domain.names import ModelKey
from modelwatch.serve.ui import events as page


def test_events_are_those_of_the_api(reader: TestClient) -> None:
    [event] = reader.get("/v1/models/loans/events").json()
    text = reader.get("/events").text
    assert event["note"] in text
    assert f'datetime="{event["at"]}"' in text
    assert 'href="/models/loans"' in text


@pytest.mark.parametrize(
    ("query", "found"), [("model=loans", True), ("kind=deployment", True), ("kind=holiday", False)]
)
def test_filters(reader: TestClient, query: str, found: bool) -> None:
    text = reader.get(f"/events?{query}").text
    assert ("version 2" in text) is found
    assert ("No event matches" in text) is not found


def test_a_home_without_events_says_how_to_tell_of_one(client: TestClient) -> None:
    assert "modelwatch event MODEL" in client.get("/events").text


def test_hostile_words_are_words(desk: TestClient, watched: Home) -> None:
    hostile = Event(kind="<b>k</b>", at=0, note="<img src=x onerror=alert(1)>", link="javascript:alert(1)")
    watched.add_event(ModelKey("loans"), hostile)
    text = desk.get("/events").text
    assert "&lt;img src=x" in text
    assert not re.search(r"<img|<b>k|href=\"javascript", text)


def test_older_ones_are_a_page_away(desk: TestClient, watched: Home) -> None:
    for day in range(page.LISTED + 5):
        watched.add_event(ModelKey("loans"), Event(kind="note", at=day * DAY, note=f"number {day}."))
    first = desk.get("/events").text
    [older] = re.findall(r'href="(/events\?before=[^"]+)">Older', first)
    second = desk.get(older).text
    seen = [int(each) for each in re.findall(r"number (\d+)\.", first + second)]
    assert seen == sorted(range(page.LISTED + 5), reverse=True)
    assert "Older" not in second
    assert desk.get("/events", params={"before": format_instant(0)}).status_code == 200
