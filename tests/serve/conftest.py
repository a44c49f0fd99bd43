"""A served home, spoken to in the same process: an empty one, or one with windows, an incident and two projects."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.event import Event
from modelwatch.domain.incident import Cause, Incident, Kind, State
from modelwatch.domain.instants import DAY, HOUR, Window, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.serve import build
from modelwatch.store import incidents, models

TOKEN = "the token of this machine"
START = parse_instant("2026-03-01")
LOANS = ModelKey("loans")
THEIRS = ModelKey("eta", project="rides")
MONITOR = """
model: loans
task: binary
columns:
  id: id
  timestamp: at
  score: score
  features: {income: numeric, branch/city: categorical}
  segments: [branch/city]
reference: {path: reference.parquet}
windows: {size: 1d, lateness: 0h, spans: [1]}
"""


def rows(first_day: int, days: int, *, seed: int = 0) -> pl.DataFrame:
    """Forty rows a day; from the third day on `income` is missing."""
    rng = np.random.default_rng(seed)
    instants = START + first_day * DAY + np.arange(days * 40) * (DAY // 40)
    income = rng.normal(50, 10, instants.size)
    frame = pl.DataFrame(
        {
            "id": [f"{first_day}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "income": income,
            "branch/city": rng.choice(["north", "süd"], instants.size),
            "score": 1 / (1 + np.exp((income - 50) / 10)),
            "label": (rng.random(instants.size) < 0.4).astype(int),
        }
    )
    return frame.with_columns(
        income=pl.when(pl.col("at") < pl.lit(START + 2 * DAY).cast(frame["at"].dtype)).then("income")
    )


def _incident_of_others(home: Home) -> None:
    with home.state.transaction() as tx:
        number = incidents.next_id(tx)
        theirs = Incident(
            id=number,
            key=THEIRS,
            kind=Kind.DRIFT,
            state=State.OPEN,
            severity=Status.WARNING,
            title="theirs",
            opened=START,
            resolved=None,
            window=Window(START, START + DAY),
            verdicts=(),
            cause=Cause(kind=Kind.DRIFT),
        )
        incidents.put(tx, models.ensure(tx, THEIRS), [theirs])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home in which a model was watched for four days, with a fault from the third on."""
    folder = tmp_path_factory.mktemp("served")
    rows(-30, 30, seed=1).write_parquet(folder / "reference.parquet")
    served = rows(0, 4, seed=2)
    served.drop("label").write_parquet(folder / "served.parquet")
    labels = served.select(prediction_id="id", label="label", timestamp=pl.col("at").dt.offset_by("1h"))
    labels.write_parquet(folder / "labels.parquet")
    (folder / "monitor.yaml").write_text(MONITOR)
    with Home.open(folder / "home", write=True) as home:
        home.apply(folder / "monitor.yaml")
        home.ingest(LOANS, [folder / "served.parquet"])
        home.label(LOANS, [folder / "labels.parquet"])
        home.add_event(LOANS, Event(kind="deployment", at=START + DAY, note="version 2"))
        home.run(until=START + 4 * DAY + HOUR)
        first = pl.DataFrame({"temp": [20.5, 21.0], "score": [0.1, 0.2]})
        home.propose(replace(LOANS, model="fresh"), first)
        home.propose(THEIRS, first)
        _incident_of_others(home)
    return folder


@pytest.fixture
def watched(made: Path, tmp_path: Path) -> Iterator[Home]:
    """A copy of that home, to be changed at will."""
    shutil.copytree(made / "home", tmp_path / "home")
    with Home.open(tmp_path / "home", write=True) as opened:
        yield opened


@pytest.fixture
def desk(watched: Home) -> Iterator[TestClient]:
    """A client of the watched home."""
    with TestClient(build(watched, token=TOKEN), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def reader(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a copy that all tests of a file share, to ask questions only."""
    copy = tmp_path_factory.mktemp("reader") / "home"
    shutil.copytree(made / "home", copy)
    with (
        Home.open(copy, write=True) as opened,
        TestClient(build(opened, token=TOKEN), base_url="http://localhost") as client,
    ):
        yield client


@pytest.fixture
def local() -> dict[str, str]:
    """What the command line of this machine sends along."""
    return {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home.open(tmp_path / "home", write=True) as opened:
        yield opened


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    with TestClient(build(home, token=TOKEN), base_url="http://localhost") as made:
        yield made
