"""A home that only remembers what it was asked, and a way to call the program with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from modelwatch.cli import main
from modelwatch.cli.session import Session
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.instants import DAY, Window, parse_instant
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Cause, Fault, Receipt
from modelwatch.work import Ran

START = parse_instant("2024-01-01")
INCIDENT: dict[str, Any] = {
    "id": 7,
    "model": "eta",
    "env": "prod",
    "state": "open",
    "severity": "critical",
    "title": "temp is missing",
    "opened": "2024-01-02T00:00:00Z",
    "resolved": None,
    "window": {"start": "2024-01-01T00:00:00Z", "end": "2024-01-02T00:00:00Z"},
    "verdicts": [],
    "cause": {
        "kind": "data_fault",
        "evidence": ["all of it"],
        "columns": ["temp"],
        "slices": [],
        "impact": {},
        "first_action": "Check the source",
    },
    "timeline": [],
    "notified": [
        {"at": "2024-01-02T00:00:00Z", "channel": "log", "change": "opened", "severity": "critical", "delivered": None},
        {"at": "2024-01-03T00:00:00Z", "channel": "log", "change": "resolved", "severity": "ok", "delivered": None},
    ],
}


@dataclass
class FakeHome:
    """Answers every question with what the tests know, and keeps the questions in `calls`."""

    path: Path
    known: list[ModelKey] = field(default_factory=lambda: [ModelKey("eta"), ModelKey("flight-delay")])
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    opened: list[bool] = field(default_factory=list)
    failure: BaseException | None = None
    measured: int = 2
    accepted: int = 10
    delivered: int = 0

    def __call__(self, path: Path, *, write: bool) -> FakeHome:
        self.path = path
        self.opened.append(write)
        return self

    def __enter__(self) -> FakeHome:
        return self

    def __exit__(self, *_: object) -> None: ...

    def models(self) -> list[ModelKey]:
        return self.known

    def now(self) -> int:
        return START

    def apply(self, path: Path, *, progress: object) -> Any:
        self._asked("apply", path)
        monitor = SimpleNamespace(key=ModelKey(path.stem), features={"temp": ColumnKind.NUMERIC})
        return SimpleNamespace(monitor=monitor, version=1, changed=True, rows=10, notes=("a note",))

    def ingest(self, key: ModelKey, paths: list[Path], *, progress: object) -> Receipt:
        self._asked("ingest", key, *paths)
        fault = Fault(row=3, field="temp", reason="no number")
        causes = (Cause(kind="type", rows=1, first=fault),)
        return Receipt(accepted=self.accepted, quarantined=1, faults=(fault,), causes=causes, warnings=("no id",))

    def label(self, key: ModelKey, paths: list[Path], *, outcome: str | None = None, progress: object) -> Receipt:
        self._asked("label", key, *paths, outcome=outcome)
        return Receipt(accepted=8, waiting=2)

    def add_event(self, key: ModelKey, event: object) -> None:
        self._asked("add_event", key, event)

    def run(self, key: ModelKey | None = None, *, until: int | None = None, progress: object) -> Ran:
        self._asked("run", key, until=until)
        return Ran(rows=10, windows=1, measurements=4, opened=1, notifications=1)

    def metrics(self, key: ModelKey, **wanted: Any) -> list[Measurement]:
        self._asked("metrics", key, **wanted)
        window = Window(START, START + DAY)
        value = Measurement(Series("psi", "temp", version="1"), window, 0.3, 10, noise_floor=0.1, status=Status.WARNING)
        none = Measurement(Series("roc_auc"), window, None, reason="no labels", status=Status.NOT_COMPUTED)
        return [value, none][: self.measured] + [value] * (self.measured - 2)

    def incidents(
        self, key: ModelKey | None = None, *, state: str | None = None, incident_id: int | None = None
    ) -> list[dict[str, Any]]:
        self._asked("incidents", key, state=state, incident_id=incident_id)
        return [INCIDENT]

    def quarantine(self, key: ModelKey, **wanted: Any) -> dict[str, Any]:
        self._asked("quarantine", key, **wanted)
        return {"total": 0, "causes": [], "rows": []}

    def respond(self, key: ModelKey | None, incident_id: int, act: str, **given: Any) -> dict[str, Any]:
        self._asked("respond", key, incident_id, act, **given)
        return INCIDENT

    def channels(self) -> list[dict[str, Any]]:
        self._asked("channels")
        counts = {"queued": 1, "dead": 0, "stopped": None, "error": None, "dead_letters": []}
        return [{"name": "ops", "kind": "webhook", "where": "example.org", **counts}]

    def test_channel(self, name: str) -> str | None:
        self._asked("test_channel", name)
        return None if name == "ops" else "example.org answered 503"

    def resume_channel(self, name: str) -> int:
        self._asked("resume_channel", name)
        return 3

    def deliver_due(self) -> None:
        self.delivered += 1

    def show(self, key: ModelKey) -> str:
        self._asked("show", key)
        return "model: eta\n"

    def _asked(self, what: str, *args: Any, **given: Any) -> None:
        self.calls.append((what, args, given))
        if self.failure is not None:
            raise self.failure


Call = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> FakeHome:
    """A home with two models."""
    path = tmp_path / "home"
    path.mkdir()
    (path / "home.json").write_text('{"format": 1}')
    return FakeHome(path)


@pytest.fixture
def call(home: FakeHome) -> Call:
    """Call the program on the fake home."""

    def run(*args: object, **given: Any) -> Result:
        words = ["--home", str(home.path), *map(str, args)]
        return CliRunner().invoke(main, words, obj=Session(opener=home), **given)  # pyright: ignore

    return run
