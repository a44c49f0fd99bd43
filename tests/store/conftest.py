"""What the store's tests share: an open state on each engine, a model in it, incidents to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelwatch.domain.incident import Cause, Incident, Kind, Moment
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, models

ENGINES: dict[str, Callable[[Path], State]] = {
    "sqlite": lambda folder: State.create(folder / "state.sqlite", busy_seconds=0.05),
}


@pytest.fixture(params=ENGINES)
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """A fresh state, on every engine there is."""
    with ENGINES[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def model_id(state: State) -> int:
    """A model in it."""
    with state.transaction() as tx:
        return models.ensure(tx, ModelKey("flight-delay"))


@pytest.fixture
def other_id(state: State, model_id: int) -> int:
    """Another one, whose things must never show up among those of the first."""
    with state.transaction() as tx:
        return models.ensure(tx, ModelKey("churn"))


@pytest.fixture
def make_incident() -> Callable[..., Incident]:
    """Make incidents that differ in what matters to a test."""

    def make(
        number: int = 1,
        *,
        state: IncidentState = IncidentState.OPEN,
        kind: Kind = Kind.DRIFT,
        severity: Status = Status.WARNING,
        opened: int = DAY,
        resolved: int | None = None,
    ) -> Incident:
        return Incident(
            id=number,
            key=ModelKey("flight-delay"),
            kind=kind,
            state=state,
            severity=severity,
            title="Temperature drifts",
            opened=opened,
            resolved=resolved,
            window=Window(0, DAY),
            verdicts=(),
            cause=Cause(kind=kind, evidence=("temp is warmer",), columns=("temp",)),
            timeline=(Moment(at=opened, text="opened"),),
        )

    return make
