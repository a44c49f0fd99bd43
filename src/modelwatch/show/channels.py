"""Channels as a table with what waits for them, then what was given up and why.

Read from the JSON of `channels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelwatch.show.table import Heading, table_lines
from modelwatch.show.words import count

_MOST = 10


def channel_lines(channels: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The channels of a home.

    Parameters
    ----------
    channels
        As `Home.channels` gives them.
    """
    headings = [
        Heading("channel"),
        Heading("kind"),
        Heading("sends to"),
        Heading("queued", right=True),
        Heading("dead", right=True),
        Heading("state"),
    ]
    yield from table_lines(
        headings,
        (
            [
                each["name"],
                each["kind"] or "not declared",
                each["where"] or "-",
                f"{each['queued']:,}",
                f"{each['dead']:,}",
                _state(each),
            ]
            for each in channels
        ),
    )
    for each in channels:
        yield from _dead(each)


def _state(channel: Mapping[str, Any]) -> str:
    if channel["stopped"]:
        return f"stopped: {channel['stopped']}"
    return f"failed: {channel['error']}" if channel["error"] else "ok"


def _dead(channel: Mapping[str, Any]) -> Iterator[str]:
    letters: Sequence[Mapping[str, Any]] = channel["dead_letters"]
    if not letters and not channel["stopped"]:
        return
    yield ""
    if letters:
        yield f"{channel['name']} was not told of {count(len(letters), 'message')}:"
    for letter in letters[-_MOST:]:
        yield f"  {letter['message']}, {count(letter['attempts'], 'attempt')}: {letter['error']}"
    if len(letters) > _MOST:
        yield f"  and {count(len(letters) - _MOST, 'older message')}"
    yield f"Once it works again: modelwatch channels resume {channel['name']}"
