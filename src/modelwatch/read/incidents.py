"""The incidents of a project as a list: open ones first, then those that ended, the newest first.

The page of incidents; what it filters by is one value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelwatch.catalog import Catalog
from modelwatch.domain.errors import InputError
from modelwatch.domain.incident import Kind
from modelwatch.domain.incident import State as Standing
from modelwatch.domain.instants import DAY, format_instant
from modelwatch.read.story import acknowledged_by, begin_of
from modelwatch.show.incidents import finding
from modelwatch.show.status import State, order_of, state_of
from modelwatch.spec import parse_kept
from modelwatch.store import clock, incidents, models, monitors
from modelwatch.store.incidents import StoredIncident
from modelwatch.store.metadata import Transaction

DAYS = 90
"""How long those that ended are listed, if nobody asks for more."""
MOST = 500
STANDINGS = ("open", "acknowledged", "resolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which incidents somebody wants to see; "" stands for everything, `whole` for those that ended long ago too."""

    standing: str = ""
    state: str = ""
    kind: str = ""
    model: str = ""
    q: str = ""
    whole: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """What the fields of a query ask for.

        Raises
        ------
        InputError
            If a field names nothing that there can be.
        """
        allowed = {"standing": STANDINGS, "state": tuple(State), "kind": tuple(Kind)}
        for name, values in allowed.items():
            if given.get(name, "") not in ("", *values):
                raise InputError(f"{name}={given[name]!r} is not there to choose: use one of {', '.join(values)}")
        return cls(
            standing=given.get("standing", ""),
            state=given.get("state", ""),
            kind=given.get("kind", ""),
            model=given.get("model", ""),
            q=given.get("q", "").strip(),
            whole=given.get("since", "") == "all",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One incident in the list; `lasted` is up to its end, or to the last closed window of its model."""

    id: int
    model: str
    env: str
    finding: str
    state: State
    standing: str
    kind: str
    since: int
    lasted: int
    resolved: int | None
    acknowledged_by: str | None
    owner: str
    told: bool

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.standing != "resolved"

    @property
    def text(self) -> str:
        """What words are looked for in."""
        who = self.acknowledged_by or ""
        return " ".join((f"#{self.id}", self.model, self.finding, self.kind, self.owner, who)).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the page shows.

    Attributes
    ----------
    lines
        Those that were asked for, open ones first.
    standings, states, kinds, models
        How many there are of each, whatever was asked for.
    first
        When the first window of any model began, None before; `earlier` counts those not looked at, for they ended
        longer ago.
    """

    lines: tuple[Line, ...]
    standings: Mapping[str, int]
    states: Mapping[str, int]
    kinds: Mapping[str, int]
    models: Mapping[str, int]
    total: int
    more: int
    first: int | None
    now: int


def listing(tx: Transaction, catalog: Catalog, project: str, wanted: Wanted, now: int) -> Listing:
    """Read the incidents of a project."""
    keys = {number: key for key, number in models.known(tx).items() if key.project == project}
    since = None if wanted.whole else now - DAYS * DAY
    owners = _owners(tx, catalog, keys)
    closed = {number: clock.last_run(tx, number) or now for number in keys}
    found = [each for each in incidents.listed(tx, since=since) if each.model_id in keys]
    every = [
        _line(each, keys[each.model_id].model, keys[each.model_id].env, owners[each.model_id], closed[each.model_id])
        for each in found
    ]
    every.sort(key=lambda line: (not line.live, order_of(line.state) if line.live else 0, -line.since, -line.id))
    chosen = [line for line in every if _fits(line, wanted)]
    return Listing(
        lines=tuple(chosen[:MOST]),
        standings=Counter(line.standing for line in every),
        states=Counter(line.state for line in every),
        kinds=dict(sorted(Counter(line.kind for line in every).items())),
        models=dict(sorted(Counter(line.model for line in every).items())),
        total=len(every),
        more=max(len(chosen) - MOST, 0),
        first=min((at for number in keys if (at := _began(tx, number)) is not None), default=None),
        now=now,
    )
