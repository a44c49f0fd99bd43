"""An event: a deployment, schema change, upstream incident or holiday on the time axis.

People and pipelines post them; `judge` reads them as candidate causes, `show` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import format_instant


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
