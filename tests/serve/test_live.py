"""The worker keeps the figures of every model at hand, in a home that is replayed too."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.serve import build

KEY = ModelKey("delay")
SPEC = """
model: delay
task: binary
columns: {score: score, features: {temp: numeric}}
windows: {size: 1d, lateness: 1s, spans: [1]}
"""


def wait_for(found: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not found():
        assert time.monotonic() < end
        time.sleep(0.05)


def send(home: Home, day: int, score: float) -> None:
    times = [parse_instant(f"2026-02-{day:02}T{hour:02}:00:00Z") for hour in range(24)]
    rows = {
        "prediction_id": [str(each) for each in times],
        "timestamp": pl.Series(times).cast(pl.Datetime("us", "UTC")),
        "model_version": ["1"] * 24,
        "temp": [20.0] * 24,
        "score": [score] * 24,
    }
    pl.DataFrame(rows).write_parquet(home.path / "rows.parquet")
    home.ingest(KEY, [home.path / "rows.parquet"])


def test_a_replayed_home_is_told_of_and_again_after_each_run(home: Home, tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text(SPEC)
    home.apply(tmp_path / "monitor.yaml")
    send(home, 1, 0.25)
    home.run(until=parse_instant("2026-02-02T01:00:00Z"))
    app = build(home, token="the token")
    labels = 'model_name="delay",model="delay",model_version="1",env="prod"'
    with TestClient(app, base_url="http://localhost") as client:

        def told(line: str) -> bool:
            return f"{line}\n" in client.get("/metrics").text

        wait_for(lambda: told(f"ml_prediction_mean{{{labels}}} 0.25"))
        assert told(f"ml_predictions_total{{{labels}}} 0.0")
        send(home, 2, 0.75)
        given = {
            "key": {"model": "delay", "env": "prod", "project": "default"},
            "until": parse_instant("2026-02-03T01:00:00Z"),
        }
        ask = {"verb": "run", "given": given}
        assert client.post("/v1/local", json=ask, headers={"Authorization": "Bearer the token"}).status_code == 200
        wait_for(lambda: told(f"ml_prediction_mean{{{labels}}} 0.75"))
