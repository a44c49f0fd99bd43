"""Channels as text: one line each, then what was given up and how to go on."""

from __future__ import annotations

from typing import Any

from modelwatch.show.channels import channel_lines

FINE: dict[str, Any] = {
    "name": "log",
    "kind": "log",
    "where": "",
    "queued": 0,
    "dead": 0,
    "stopped": None,
    "error": None,
    "dead_letters": [],
}


def test_a_channel_is_one_line() -> None:
    lines = list(channel_lines([FINE, FINE | {"name": "ops", "kind": "webhook", "where": "e.org", "queued": 1_234}]))
    assert lines == [
        "channel  kind     sends to  queued  dead  state",
        "log      log      -              0     0  ok",
        "ops      webhook  e.org      1,234     0  ok",
    ]


def test_what_fails_says_why() -> None:
    [_, line] = channel_lines([FINE | {"queued": 1, "error": "e.org answered 503"}])
    assert line.endswith("1     0  failed: e.org answered 503")


def test_a_channel_that_is_not_declared_any_more_is_shown() -> None:
    [_, line] = channel_lines([FINE | {"kind": None, "queued": 1}])
    assert "not declared" in line


def test_what_was_given_up_is_listed_and_how_to_go_on() -> None:
    letters = [{"message": f"m{number}", "attempts": 1, "error": "410"} for number in range(12)]
    lines = list(channel_lines([FINE | {"name": "ops", "dead": 12, "stopped": "410", "dead_letters": letters}]))
    assert lines[1].endswith("stopped: 410")
    assert lines[2:5] == ["", "ops was not told of 12 messages:", "  m2, 1 attempt: 410"]
    assert lines[-2:] == ["  and 2 older messages", "Once it works again: modelwatch channels resume ops"]
