"""API keys as a table of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelwatch.show.table import Heading, table_lines
from modelwatch.show.words import instant

_HEADINGS = (Heading("project"), Heading("name"), Heading("scopes"), Heading("created"), Heading("state"))


def key_lines(keys: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each key, as `Home.keys` gives them."""
    if not keys:
        yield "no keys: whoever reaches the server on this machine may do everything"
        return
    yield from table_lines(_HEADINGS, (_row(each) for each in keys))


def _row(key: Mapping[str, Any]) -> list[str]:
    state = "holds"
    if key["revoked"] is not None:
        state = f"revoked {instant(key['revoked'])}"
    elif key["expires"] is not None:
        state = f"until {instant(key['expires'])}"
    return [key["project"], key["name"], ", ".join(key["scopes"]), instant(key["created"]), state]
