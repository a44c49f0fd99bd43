"""The incidents of a project as a list: open ones first, then those that ended, the newest first.

The page of incidents; what it filters by is one value.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelwatch.catalog import Catalog
from modelwatch.domain.errors import InputError
from modelwatch.domain.incident import Kind
from modelwatch.domain.incident import State as Standing
from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.show.incidents import finding
from modelwatch.show.status import State, order_of, state_of
from modelwatch.spec import parse_kept
from modelwatch.store import clock, glance, models, monitors, responses
from modelwatch.store.glance import Glance
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

    def holds(self, line: Line) -> bool:
        """Whether an incident is among those asked for; words may stand anywhere in what is told of it."""
        pairs = ((self.standing, line.standing), (self.state, line.state), (self.kind, line.kind))
        text = line.text
        return (
            all(asked in ("", told) for asked, told in (*pairs, (self.model, line.model)))
            and (not self.state or line.live)
            and all(word in text for word in self.q.lower().split())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One incident in the list; `lasted` is up to its end, or to the last closed window of its model."""

    id: int
    key: ModelKey
    finding: str
    state: State
    standing: str
    kind: str
    since: int
    lasted: int
    resolved: int | None
    acknowledged_by: str | None
    owner: str
    zone: str

    @property
    def model(self) -> str:
        """The model's name."""
        return self.key.model

    @property
    def env(self) -> str:
        """The model's environment."""
        return self.key.env

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
        How many there are of each, whatever was asked for; states of open ones.
    more
        How many there was no room for.
    """

    lines: tuple[Line, ...]
    standings: Mapping[str, int]
    states: Mapping[str, int]
    kinds: Mapping[str, int]
    models: Mapping[str, int]
    total: int
    more: int
    now: int


def listing(tx: Transaction, catalog: Catalog, project: str, wanted: Wanted, now: int) -> Listing:
    """Read the incidents of a project."""
    keys = {number: key for key, number in models.known(tx).items() if key.project == project}
    texts, ran = monitors.texts(tx), clock.last_runs(tx)
    found = glance.since(tx, project, 0 if wanted.whole else now - DAYS * DAY)
    seen = _acknowledged(tx, found)

    def line(each: Glance) -> Line:
        key, text = keys[each.model_id], texts.get(each.model_id)
        monitor = None if text is None else parse_kept(text, catalog=catalog, project=project)
        end = ran.get(each.model_id, now) if each.resolved is None else each.resolved
        return Line(
            id=each.id,
            key=key,
            finding=finding(each.title),
            state=state_of(each.severity, each.firing),
            standing=str(each.state),
            kind=str(each.kind),
            since=each.since,
            lasted=max(end - each.since, 0),
            resolved=each.resolved,
            acknowledged_by=seen.get((each.model_id, each.id)),
            owner="" if monitor is None else monitor.team or "",
            zone="UTC" if monitor is None else monitor.calendar.timezone,
        )

    every = sorted((line(each) for each in found), key=_order)
    chosen = [each for each in every if wanted.holds(each)]
    return Listing(
        lines=tuple(chosen[:MOST]),
        standings=Counter(each.standing for each in every),
        states=Counter(each.state for each in every if each.live),
        kinds=dict(sorted(Counter(each.kind for each in every).items())),
        models=dict(sorted(Counter(each.model for each in every).items())),
        total=len(every),
        more=max(len(chosen) - MOST, 0),
        now=now,
    )


def _order(line: Line) -> tuple[bool, int, int, int]:
    """Open ones first, the worst of them before the others; then the newest first."""
    return not line.live, order_of(line.state) if line.live else 0, -line.since, -line.id


def _acknowledged(tx: Transaction, found: Sequence[Glance]) -> dict[tuple[int, int], str]:
    """Who looks after those that somebody does, by model and number."""
    ids: defaultdict[int, list[int]] = defaultdict(list)
    for each in found:
        if each.state is Standing.ACKNOWLEDGED:
            ids[each.model_id].append(each.id)
    return {
        (model_id, said.incident_id): said.who
        for model_id, mine in ids.items()
        for said in responses.listed(tx, model_id, mine)
        if said.what == "acknowledge"
    }
