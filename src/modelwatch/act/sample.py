"""The message that `modelwatch channels test` sends: it has every part of a real one and says that it is none.

Channels that open alerts close the alert of a test at once.
"""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import format_instant
from modelwatch.domain.measurement import Status

TEST = "test"


def sample(channel: str, now: int) -> dict[str, Any]:
    """A test message for a channel.

    Examples
    --------
    >>> sample("ops", 0)["change"]
    'test'
    """
    at = format_instant(now)
    return {
        "version": 1,
        "key": f"{TEST}/{channel}/{at}",
        "at": at,
        "change": TEST,
        "severity": str(Status.OK),
        "project": "default",
        "model": "modelwatch",
        "env": "prod",
        "incident": 0,
        "title": f"This is a test of the channel {channel}",
        "what": "Test",
        "since": at,
        "first": at,
        "until": at,
        "held_back": "",
        "how_bad": "",
        "peak": "",
        "cause": TEST,
        "evidence": ["somebody ran modelwatch channels test"],
        "columns": [],
        "slices": [],
        "where": [],
        "impact": {},
        "effect": "",
        "first_action": "Nothing: messages arrive here.",
        "look": "modelwatch channels",
        "links": {},
        "detail": {},
    }
