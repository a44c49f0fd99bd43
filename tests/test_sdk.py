"""The client as users make it: its arguments, and logging straight into a home."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

import modelwatch as mw
from modelwatch.app import Home
from modelwatch.collect.client import Limits, Stats
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.log.lake import LABELS, PREDICTIONS, Lake
from modelwatch.sdk import API_KEY, Client

from .collect.client.conftest import Stub

KEY = ModelKey("m")
QUICK = Limits(interval_seconds=0.02, backoff_seconds=0.05)
MONITOR = """
model: m
task: binary
columns:
  id: flight
  score: p
  features: {temp: numeric, carrier: categorical}
reference: {path: reference.parquet}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that knows one model."""
    rows = {"temp": [1.0, 2.0] * 500, "carrier": ["UA", "AA"] * 500, "p": [0.2, 0.8] * 500, "label": [0, 1] * 500}
    pl.DataFrame(rows).write_parquet(tmp_path / "reference.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    path = tmp_path / "home"
    with Home.open(path, write=True) as opened:
        opened.apply(tmp_path / "monitor.yaml")
    return path


@pytest.fixture
def client(home: Path) -> Iterator[Client]:
    with closing(Client(home=home, model="m", version="3", limits=QUICK)) as made:
        yield made


def stored(home: Path, table: str) -> pl.DataFrame:
    with Home.open(home, write=True) as opened:
        opened.run(until=parse_instant("2013-03-02"))
    return Lake(home / "lake").scan(KEY, table).collect()


def test_the_client_is_at_the_front_door() -> None:
    assert mw.Client is Client
    assert not hasattr(mw, "Nothing")


def test_arguments_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_KEY, "of-the-environment")
    with closing(Stub()) as stub:
        for given in (None, "given"):
            with Client(stub.url, model="m", env="staging", version="3", api_key=given, compress=True) as client:
                client.log()
    assert [each.headers["Authorization"] for each in stub.requests] == ["Bearer of-the-environment", "Bearer given"]
    assert {each.path for each in stub.requests} == {"/v1/models/m/predictions?env=staging"}
    assert [row["model_version"] for row in stub.rows()] == ["3", "3"]


def test_arguments_that_make_no_client_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither given"):
        Client(model="m")
    with pytest.raises(InputError, match="both given"):
        Client("http://localhost", home=tmp_path, model="m")
    with pytest.raises(InputError, match="model"):
        Client("http://localhost", model="Not A Name")
    with pytest.raises(InputError, match="address"):
        Client("localhost", model="m")


def test_predictions_reach_the_lake_of_a_home(home: Path, client: Client) -> None:
    made = client.log({"temp": 39.5, "carrier": "UA"}, score=0.8, latency_ms=4.0, timestamp="2013-03-01T06:00:00Z")
    ids = client.log_batch({"temp": [1.0], "carrier": ["AA"], "score": [0.1], "timestamp": ["2013-03-01T07:00:00Z"]})
    assert client.flush(10)
    assert client.stats() == Stats(logged=2, sent=2)
    rows = stored(home, PREDICTIONS).sort("timestamp")
    assert rows["prediction_id"].to_list() == [made, *ids]
    assert rows.select("temp", "carrier", "score", "latency_ms", "model_version").rows() == [
        (39.5, "UA", 0.8, 4.0, "3"),
        (1.0, "AA", 0.1, None, "3"),
    ]


def test_labels_and_events_reach_a_home(home: Path, client: Client) -> None:
    client.label("a", 1, timestamp="2013-03-01T08:00:00Z")
    client.event("deployment", at="2013-03-01T06:00:00Z", until=1362125600, note="4")
    client.event("deployment", at="soon")
    assert client.flush(10)
    assert (client.stats().sent, client.stats().dropped) == (2, 1)
    assert "soon" in str(client.stats().last_error)
    assert stored(home, LABELS).select("prediction_id", "label").rows() == [("a", 1.0)]


def test_rows_that_do_not_fit_are_counted(client: Client) -> None:
    client.log({"temp": "warm", "carrier": "UA"}, score=0.8)
    assert client.flush(10)
    assert client.stats() == Stats(logged=1, sent=1, quarantined=1)


def test_rows_wait_while_another_process_writes_the_home(
    home: Path, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with Home.open(home, write=True), caplog.at_level(logging.WARNING):
        client.log({"temp": 1.0}, score=0.8, timestamp="2013-03-01T06:00:00Z")
        assert not client.flush(0.3)
        assert "in use by process" in caplog.text
        assert client.stats().queued == 1
    assert client.flush(10)
    assert stored(home, PREDICTIONS).height == 1


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with Client(home=tmp_path / "none", model="m", limits=QUICK) as client:
        client.log()
        assert not client.flush(0.2)
        assert "there is no home" in str(client.stats().last_error)
        client.close(timeout=0.1)
    assert not (tmp_path / "none").exists()


def test_a_model_that_the_home_does_not_know_is_waited_for(home: Path) -> None:
    with Client(home=home, model="other", limits=QUICK) as client:
        client.log()
        assert not client.flush(0.3)
        assert client.stats().queued == 1
        client.close(timeout=0.1)
