"""What the tests of `act` share: a state with a model, changes of incidents, channels that remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from modelwatch.domain.incident import Cause, Incident, Kind
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict
from modelwatch.store import State, models


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as `judge` makes them."""

    kind: str
    incident: Incident
    at: int


@dataclass(slots=True)
class Memory:
    """A channel that remembers what it was sent, and fails as often as it is told to."""

    name: str = "memory"
    failures: int = 0
    sent: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no answer")
        self.sent.append((key, message))


@pytest.fixture
def memory() -> Callable[..., Memory]:
    """Make channels that remember."""
    return Memory


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """A fresh state."""
    with State.create(tmp_path / "state.sqlite") as opened:
        yield opened


@pytest.fixture
def model_id(state: State) -> int:
    """A model in it."""
    with state.transaction() as tx:
        return models.ensure(tx, ModelKey("flight-delay"))


@pytest.fixture
def make_change() -> Callable[..., Change]:
    """Make changes of incidents; each test says what matters to it."""

    def make(
        kind: str = "opened",
        number: int = 1,
        *,
        severity: Status = Status.WARNING,
        at: int = DAY,
        about: Kind = Kind.DRIFT,
        columns: tuple[str, ...] = ("temp",),
        **cause: Any,
    ) -> Change:
        over = kind == "resolved"
        verdict = Verdict(
            rule="psi",
            series=Series("psi", "temp", span=28),
            window=Window(0, DAY),
            value=0.3137,
            threshold=0.1,
            noise_floor=0.05,
            status=severity,
        )
        incident = Incident(
            id=number,
            key=ModelKey("flight-delay"),
            kind=about,
            state=IncidentState.RESOLVED if over else IncidentState.OPEN,
            severity=severity,
            title=f"Incident {number}",
            opened=DAY,
            resolved=at if over else None,
            window=Window(0, DAY),
            verdicts=(verdict,),
            firing=tuple(replace(verdict, series=Series("psi", column, span=28)) for column in columns),
            cause=Cause(kind=about, columns=columns, **cause),
        )
        return Change(kind=kind, incident=incident, at=at)

    return make
