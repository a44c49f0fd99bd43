"""An event: a deployment, schema change, upstream incident or holiday on the time axis.

People and pipelines post them; `judge` reads them as candidate causes, `show` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelwatch.domain.instants import format_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `until` is None for a point in time."""

    kind: str
    at: int
    until: int | None = None
    note: str = ""
    link: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the command line and the API."""
        return {
            "kind": self.kind,
            "at": format_instant(self.at),
            "until": None if self.until is None else format_instant(self.until),
            "note": self.note,
            "link": self.link,
        }
