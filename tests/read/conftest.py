"""What the tests of read models share: a state with models of a project, written as the stages write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch import measure
from modelwatch.app import Home
from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Cause, Incident, Kind
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict
from modelwatch.read.case import Case, load_case
from modelwatch.store import State, clock, headlines, incidents, models, monitors
from modelwatch.store.headlines import Headline
from modelwatch.store.metadata import Transaction

NOW = 16_000 * DAY
SPEC = """
model: {model}
env: {env}
task: {task}
owner: {{team: {team}}}
columns: {{{output}: out, features: {{temp: numeric, "wind_dir": numeric, city: categorical}}}}
windows: {{size: {size}, lateness: 0h, spans: [1]}}
"""


@dataclass
class Desk:
    """A state, the catalogue of the built-in metrics, and an instant to look from."""

    state: State
    catalog: Catalog
    now: int = NOW

    def model(self, name: str, *, env: str = "prod", project: str = "default", **spec: str) -> int:
        """A model under watch."""
        key = ModelKey(name, env, project)
        given = {"task": "binary", "team": "risk", "size": "1d", "output": "score", **spec}
        with self.state.transaction() as tx:
            number = models.ensure(tx, key)
            text = SPEC.format(model=name, env=env, **given)
            monitors.add_version(tx, number, text, text, NOW)
            clock.advance(tx, number, NOW)
            return number

    def window(self, model_id: int, days_ago: int, **told: Any) -> None:
        """The headline of the day that ended so many days ago."""
        end = self.now - days_ago * DAY
        head = Headline(model_id, end - DAY, end, 100, "roc_auc", "1", 1, 0.7, reference_mean=0.72, reference_sd=0.01)
        with self.state.transaction() as tx:
            headlines.put(tx, [head._replace(**told)])

    def incident(self, model_id: int, number: int, title: str = "temp drifts", **told: Any) -> None:
        """An incident that opened a day ago, unless told otherwise."""
        firing: tuple[Verdict, ...] = told.pop("firing", ())
        given: dict[str, Any] = {"severity": Status.WARNING, "opened": self.now - DAY, "resolved": None, **told}
        incident = Incident(
            id=number,
            key=ModelKey("any"),
            kind=Kind.DRIFT,
            state=IncidentState.OPEN if given["resolved"] is None else IncidentState.RESOLVED,
            title=title,
            window=Window(given["opened"] - DAY, given["opened"]),
            verdicts=firing,
            firing=firing,
            cause=Cause(kind=Kind.DRIFT),
            **given,
        )
        with self.state.transaction() as tx:
            incidents.put(tx, model_id, [incident])

    def verdict(
        self, metric: str, status: Status = Status.WARNING, *, rule: str = "a rule", value: float = 1.0
    ) -> Verdict:
        """A verdict that fires."""
        series, window = Series(metric), Window(self.now - DAY, self.now)
        return Verdict(
            rule=rule, series=series, window=window, value=value, threshold=0.5, noise_floor=None, status=status
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with State.create(tmp_path / "state.sqlite") as state:
        yield Desk(state, Catalog().register([measure.register]))


BEGAN = NOW - 6 * DAY
"""When the rows of `faulty` begin; from half past the third day on `income` is missing."""
FAULT = BEGAN + 3 * DAY + 12 * HOUR
_LOANS = """
model: loans
task: binary
owner: {team: risk}
columns:
  id: id
  timestamp: at
  score: score
  features: {income: numeric, branch: categorical, age: numeric}
  segments: [branch]
reference: {path: reference.parquet}
windows: {size: 1d, lateness: 0h, spans: [1]}
labels: {expected: 1h, horizon: 30d, minimum: 50}
"""


def _loans(first: int, days: int, *, seed: int) -> pl.DataFrame:
    """Ten rows an hour."""
    rng = np.random.default_rng(seed)
    instants = BEGAN + first * DAY + np.arange(days * 240) * (DAY // 240)
    income = rng.normal(50, 10, instants.size)
    score = 1 / (1 + np.exp((income - 50) / 10))
    return pl.DataFrame(
        {
            "id": [f"{first}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "income": np.where(instants >= FAULT, np.nan, income),
            "branch": rng.choice(["north", "south"], instants.size),
            "age": rng.normal(40, 5, instants.size),
            "score": score,
            "label": (rng.random(instants.size) < score).astype(int),
        }
    )


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which `income` of the model `loans` has been missing since an hour within the fourth of six days."""
    folder = tmp_path_factory.mktemp("faulty")
    _loans(-30, 30, seed=1).write_parquet(folder / "reference.parquet")
    served = _loans(0, 6, seed=2)
    served.drop("label").write_parquet(folder / "served.parquet")
    labels = served.select(prediction_id="id", label="label", timestamp=pl.col("at").dt.offset_by("1h"))
    labels.write_parquet(folder / "labels.parquet")
    (folder / "monitor.yaml").write_text(_LOANS)
    key = ModelKey("loans")
    with Home.open(folder / "home", write=True) as home:
        home.apply(folder / "monitor.yaml")
        home.ingest(key, [folder / "served.parquet"])
        home.label(key, [folder / "labels.parquet"])
        home.run(until=NOW + HOUR)
        yield home


@pytest.fixture
def case(faulty: Home) -> Iterator[tuple[Transaction, Case]]:
    """The data fault of that home, with an open transaction."""
    [number] = [each["id"] for each in faulty.incidents() if each["cause"]["kind"] == "data_fault"]
    with faulty.state.reading() as tx:
        yield tx, load_case(tx, faulty.catalog, number, project="default", now=faulty.now())
