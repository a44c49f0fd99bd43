"""An event: a deployment, schema change, upstream incident or holiday on the time axis.

People and pipelines post them; `judge` reads them as candidate causes, `show` draws them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, format_instant

NEAR_US = 7 * DAY
"""How long before an incident's beginning an event is close to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `until` is None for a point in time."""

    kind: str
    at: int
    until: int | None = None
    note: str = ""
    link: str = ""

    def check(self) -> None:
        """Refuse an event that says nothing, or ends before it starts.

        Raises
        ------
        InputError
            If it does.
        """
        if not self.kind.strip():
            raise InputError("an event needs a kind, such as deployment or holiday")
        if self.until is not None and self.until <= self.at:
            times = f"{format_instant(self.at)} to {format_instant(self.until)}"
            raise InputError(f"an event ends after it starts, this one goes from {times}")

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "kind": self.kind,
            "at": format_instant(self.at),
            "until": None if self.until is None else format_instant(self.until),
            "note": self.note,
            "link": self.link,
        }


def close_in_time(events: Iterable[Event], begin: int) -> str:
    """The line of evidence that names the events close to an incident, nearest to its beginning first.

    Parameters
    ----------
    events
        Those from a week before the beginning to the end.
    begin
        When the incident began.

    Examples
    --------
    >>> close_in_time([Event(kind="deployment", at=0, note="v2")], 0), close_in_time([], 0)
    ('Close in time: deployment at 1970-01-01T00:00:00Z (v2)', 'No deployment or other event posted within 7 d')
    """
    found = sorted(events, key=lambda event: (abs(event.at - begin), event.at, event.kind, event.note))
    if not found:
        return f"No deployment or other event posted within {NEAR_US // DAY} d"
    told = [f"{each.kind} at {format_instant(each.at)}{f' ({each.note})' if each.note else ''}" for each in found[:3]]
    more = [f"{len(found) - 3} more"] if len(found) > 3 else []
    return f"Close in time: {'; '.join(told + more)}"
