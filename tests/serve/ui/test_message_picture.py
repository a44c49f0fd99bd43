"""Pictures for messages: the chart of the cause as a PNG, of what begins and not of what ends."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.serve.ui.message_picture import picture_of


def message(home: Home, **changed: Any) -> dict[str, Any]:
    [told] = [each for each in home.incidents(project="default") if each["cause"]["kind"] == "data_fault"]
    return {"change": "opened", "incident": told["id"], "project": "default", **changed}


def test_what_begins_has_a_picture(watched: Home) -> None:
    drawn = picture_of(watched, message(watched))
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")


def test_what_ends_has_none(watched: Home) -> None:
    assert picture_of(watched, message(watched, change="resolved")) is None


def test_a_server_draws_for_the_messages_of_its_home(desk: TestClient, watched: Home) -> None:
    assert watched.catalog.picture is not None
    drawn = watched.catalog.picture(message(watched))
    assert drawn is not None
