"""Warnings of a kind at most once a minute, with what was withheld."""

from __future__ import annotations

import pytest

from modelwatch.collect.client.notices import Notices


def test_each_kind_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    notices = Notices(clock=lambda: now[0])
    for second in (0, 1, 59, 60, 61):
        now[0] = float(second)
        notices.tell("full", "the queue is full")
    notices.tell("later", "the server is down")
    assert caplog.messages == [
        "the queue is full",
        "the queue is full (and 2 times more since this was last said)",
        "the server is down",
    ]
    assert notices.withheld("full") == 1
