"""A real Prometheus scrapes a real server: each injected fault fires its alert, and a healthy model none."""

from __future__ import annotations

import itertools
import json
import re
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.names import ModelKey
from served import Served, free_port

RULES = Path(__file__).parents[2] / "deploy" / "prometheus"
# The rules' durations, shortened so that minutes pass in seconds and yesterday was a moment ago.
SHORT = {"1d": "12s", "1h": "5s", "15m": "3s", "10m": "2s", "5m": "4s", "2m": "2s", "1m": "1s"}
DAYS, ROWS = 5, 400
BEAT_SECONDS = 0.25
HEALTHY, BROKEN = ModelKey("healthy"), ModelKey("broken")
SPEC = """
model: {name}
task: binary
columns: {{features: {{temp: numeric, carrier: categorical}}}}
labels: {{expected: 1h, horizon: 30d, minimum: 50}}
reference: {{path: reference.parquet}}
windows: {{size: 1d, lateness: 1s, spans: [1]}}
"""
# A model under watch by the clock, with windows of a minute.
LIVE = "{model: live, task: none, columns: {score: score, features: {temp: numeric}}, windows: {size: 1m}}"
# A window of a minute is late after seconds, not a quarter of an hour.
LATE = ("> 900", "> 2")
OF_FAULTS = {
    "ModelAccuracyLow",
    "ModelLatencyHigh",
    "ModelErrorsHigh",
    "ModelColumnDrift",
    "ModelDataDrift",
    "ModelScoreShifted",
    "ModelwatchRowsQuarantined",
}


def days(first: str, number: int, *, seed: int) -> pl.DataFrame:
    """Days of predictions with their labels, nine of ten right."""
    rng = np.random.default_rng(seed)
    size = number * ROWS
    start = parse_instant(first)
    wide = 86_400_000_000 // ROWS
    score = rng.choice([0.1, 0.2, 0.3, 0.7, 0.8, 0.9], size)
    right = rng.random(size) < 0.95
    return pl.DataFrame(
        {
            "prediction_id": [f"{first}-{place}" for place in range(size)],
            "timestamp": pl.Series([start + place * wide for place in range(size)]).cast(pl.Datetime("us", "UTC")),
            "model_version": "1",
            "temp": rng.normal(20, 5, size),
            "carrier": rng.choice(["AA", "UA"], size),
            "score": score,
            "label": np.where(right, score >= 0.5, score < 0.5).astype(np.int64),
        }
    )


def broken(rows: pl.DataFrame) -> pl.DataFrame:
    """The last day with a drifted feature, a moved score, and labels that are wrong."""
    last = pl.col("timestamp") >= rows["timestamp"].max() - pl.duration(days=1)  # type: ignore[operator]
    return rows.with_columns(
        temp=pl.when(last).then(pl.col("temp") + 30).otherwise("temp"),
        score=pl.when(last).then(0.95).otherwise("score"),
    )


def make_home(folder: Path) -> Path:
    """A home with two models, replayed over five days, in which one model's last day went wrong."""
    days("2026-01-01", 10, seed=1).write_parquet(folder / "reference.parquet")
    with Home.open(folder / "home", write=True) as home:
        for key in (HEALTHY, BROKEN):
            (folder / "monitor.yaml").write_text(SPEC.format(name=key.model))
            home.apply(folder / "monitor.yaml")
            rows = days("2026-02-01", DAYS, seed=2)
            rows = broken(rows) if key == BROKEN else rows
            rows.drop("label").write_parquet(folder / "rows.parquet")
            labels = rows.select("prediction_id", "label", pl.col("timestamp") + pl.duration(minutes=5))
            labels.write_parquet(folder / "labels.parquet")
            home.ingest(key, [folder / "rows.parquet"])
            home.label(key, [folder / "labels.parquet"])
        home.run(until=parse_instant("2026-02-06T01:00:00Z"))
    return folder / "home"


def shortened(text: str) -> str:
    """Rules in which every duration is a short one."""
    return re.sub(r"(?<=for: )\d+[smhd]|(?<=\[)\d+[smhd]|(?<=offset )\d+[smhd]", lambda m: SHORT[m[0]], text)


class Prometheus:
    """A Prometheus of its own that scrapes one server every second."""

    def __init__(self, machine: Any, folder: Path, target: str) -> None:
        self._machine = machine
        self.url = f"http://127.0.0.1:{free_port()}"
        rules = shortened((RULES / "alerts.yml").read_text()).replace(*LATE)
        (folder / "alerts.yml").write_text(rules)
        settings = (RULES / "prometheus.yml").read_text().replace("localhost:8321", target)
        settings = re.sub(r"(scrape|evaluation)_interval: 15s", r"\1_interval: 1s", settings)
        self._settings = folder / "prometheus.yml"
        self._settings.write_text(settings)
        self._process = machine.start(
            "prometheus",
            machine.program("prometheus"),
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/tsdb",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        )
        machine.wait_for("Prometheus", lambda: machine.get(f"{self.url}/-/ready"))

    def firing(self) -> set[tuple[str, str]]:
        """The alerts that fire, each with its model, empty if it has none."""
        told = json.loads(self._machine.get(f"{self.url}/api/v1/alerts"))["data"]["alerts"]
        return {
            (each["labels"]["alertname"], each["labels"].get("model_name", ""))
            for each in told
            if each["state"] == "firing"
        }

    def lose_target(self) -> None:
        """Have it find no server any more, as after a slip in its settings."""
        self._settings.write_text(re.sub(r"targets: .*", "targets: []", self._settings.read_text()))
        self._process.send_signal(signal.SIGHUP)

    def value(self, query: str) -> float | None:
        """The value of an expression that has one."""
        told = self._machine.get(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        found = json.loads(told)["data"]["result"]
        return float(found[0]["value"][1]) if found else None


class Traffic:
    """Predictions sent at an even pace by a thread, until it is stopped; a model can be left out."""

    def __init__(self, machine: Any, url: str, *keys: ModelKey) -> None:
        self.keys = keys
        self._machine, self._url = machine, url
        self._sent = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def send(self, key: ModelKey) -> None:
        """Ten predictions; of the broken model half are slow, one fails, and one cannot be used."""
        rows: list[dict[str, Any]] = []
        for place in range(10):
            self._sent += 1
            row: dict[str, Any] = {
                "prediction_id": f"live-{self._sent}",
                "model_version": "1",
                "features": {"temp": 20.0, "carrier": "AA"},
                "score": 0.2,
                "latency_ms": 40,
            }
            if key == BROKEN:
                row |= {"latency_ms": 1500 if place < 5 else 40, "error": place == 1}
                row["features"] = {"temp": "hot" if place == 2 else 20.0, "carrier": "AA"}
            rows.append(row)
        self._machine.post(f"{self._url}/v1/models/{key.model}/predictions", rows)

    def _keep(self) -> None:
        start = time.monotonic()
        for beat in itertools.count(1):
            for key in self.keys:
                self.send(key)
            if self._ended.wait(max(0.0, start + beat * BEAT_SECONDS - time.monotonic())):
                return


@pytest.mark.system
@pytest.mark.slow
def test_every_fault_fires_its_alert_and_a_healthy_model_none(
    machine: Any, serving: Callable[[Path], Served], tmp_path: Path
) -> None:
    machine.program("prometheus")
    server = serving(make_home(tmp_path))
    url = server.url
    prometheus = Prometheus(machine, tmp_path, url.removeprefix("http://"))

    def fired(names: set[str], model: str) -> bool:
        found = prometheus.firing()
        # What is steady must never fire; volume may, while a busy machine holds the traffic up.
        assert {name for name, of in found if of != "broken"} <= {"ModelVolumeOff"}, found
        return {name for name, of in found if of == model} >= names

    # A version that is known from the store counts from zero before its first row comes.
    machine.wait_for("a first scrape", lambda: prometheus.value('ml_predictions_total{model_name="broken"}') == 0)
    # Prometheus evaluates before it scrapes for the first time, and then finds nobody there.
    machine.wait_for("an end of the start", lambda: "" not in {of for _, of in prometheus.firing()})
    with Traffic(machine, url, HEALTHY, BROKEN) as traffic:
        machine.wait_for("alerts of every fault", lambda: fired(OF_FAULTS, "broken"))
        yesterday = f'rate(ml_predictions_total{{model_name="broken"}}[5s] offset {SHORT["1d"]}) > 0'
        machine.wait_for("a volume to compare with", lambda: prometheus.value(yesterday))
        traffic.keys = (HEALTHY,)
        machine.wait_for("an alert of the volume", lambda: fired({"ModelVolumeOff"}, "broken"))
        machine.wait_for("no alert of the other", lambda: "healthy" not in {of for _, of in prometheus.firing()})
    server.stop()
    machine.wait_for("an alert of the server", lambda: ("ModelwatchDown", "") in prometheus.firing())
    machine.wait_for("an alert of what vanished", lambda: ("ModelVolumeGone", "healthy") in prometheus.firing())


@pytest.mark.system
@pytest.mark.slow
def test_a_server_that_is_not_well_says_so_and_one_that_is_lost_is_missed(
    machine: Any, serving: Callable[[Path], Served], tmp_path: Path
) -> None:
    machine.program("prometheus")
    (tmp_path / "monitor.yaml").write_text(LIVE)
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
    url = serving(tmp_path / "home").url
    prometheus = Prometheus(machine, tmp_path, url.removeprefix("http://"))
    rows = f"{url}/v1/models/live/predictions"
    assert machine.post(rows, {"score": 0.5, "features": {"temp": 20.0}})["accepted"] == 1
    machine.wait_for("a first scrape", lambda: prometheus.value('modelwatch_window_lag_seconds{model="live"}') == 0)
    machine.wait_for("an end of the start", lambda: not prometheus.firing())
    # What the rows are kept in is gone, whatever the disk says.
    with sqlite3.connect(tmp_path / "home" / "spool.sqlite") as spool:
        spool.execute("ALTER TABLE request RENAME TO gone")
    with pytest.raises(urllib.error.HTTPError, match="503"):
        machine.post(rows, {"score": 0.5, "features": {"temp": 20.0}})
    of_server = {("ModelwatchRefusesRows", ""), ("ModelwatchModelsInTrouble", "")}
    late = ("ModelwatchWindowLate", "live")
    machine.wait_for("alerts of the server", lambda: prometheus.firing() >= {*of_server, late}, seconds=100)
    prometheus.lose_target()
    machine.wait_for("an alert of its absence", lambda: ("ModelwatchAbsent", "") in prometheus.firing())


@pytest.mark.system
def test_the_rules_hold_in_prometheus_own_tests(machine: Any) -> None:
    promtool = machine.program("promtool")
    for command in (["check", "config", "prometheus.yml"], ["test", "rules", "alerts_test.yml"]):
        told = subprocess.run([promtool, *command], cwd=RULES, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.system
def test_promtool_finds_no_fault_with_the_page(machine: Any, serving: Callable[[Path], Served], tmp_path: Path) -> None:
    promtool = machine.program("promtool")
    url = serving(make_home(tmp_path)).url
    Traffic(machine, url).send(BROKEN)
    page = machine.wait_for(
        "the figures", lambda: (text := machine.get(f"{url}/metrics")) and b"ml_drift_score" in text and text
    )
    told = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, check=False)
    assert (told.returncode, told.stderr) == (0, b"")
