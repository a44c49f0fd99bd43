"""What a new version is held against: the model's days before it, and its own start as a cause."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey

START = parse_instant("2026-03-01")
CHANGED = 15 * HOUR
KEY = ModelKey("loans")
MONITOR = """
model: loans
task: binary
columns: {id: id, timestamp: at, version: v, score: p, features: {hour: numeric}}
windows: {size: 1d, lateness: 0h, spans: [1]}
reference: {path: reference.parquet}
"""


def rows(first: int, until: int, *, version: str, mean: float) -> pl.DataFrame:
    instants = START + np.arange(first, until, DAY // 200)
    rng = np.random.default_rng(abs(first) // HOUR)
    return pl.DataFrame(
        {
            "id": [f"{version}-{each}" for each in instants],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "v": [version] * instants.size,
            "p": np.clip(rng.normal(mean, 0.05, instants.size), 0, 1),
            "hour": (instants % DAY) / HOUR,
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home whose second version takes over in the afternoon of the fourth day, with higher scores."""
    folder = tmp_path_factory.mktemp("versions")
    rows(-30 * DAY, 0, version="1", mean=0.3).write_parquet(folder / "reference.parquet")
    before = rows(0, 3 * DAY + CHANGED, version="1", mean=0.3)
    after = rows(3 * DAY + CHANGED, 6 * DAY, version="2", mean=0.6)
    pl.concat([before, after]).write_parquet(folder / "served.parquet")
    (folder / "monitor.yaml").write_text(MONITOR)
    with Home.open(folder / "home", write=True) as opened:
        opened.apply(folder / "monitor.yaml")
        opened.ingest(KEY, [folder / "served.parquet"])
        opened.run(until=START + 6 * DAY)
        yield opened


def test_half_a_day_of_a_version_is_no_drift_of_the_hour(home: Home) -> None:
    titles = [row["title"] for row in home.incidents(KEY)]
    assert titles
    assert not [title for title in titles if "hour" in title]


def test_a_new_version_is_held_against_the_days_before_it_and_named(home: Home) -> None:
    [drift] = [row for row in home.incidents(KEY) if row["cause"]["kind"] == "drift"]
    assert drift["window"]["start"] == "2026-03-05T00:00:00Z"
    assert "prediction_mean_shift" in {each["metric"] for each in drift["verdicts"]}
    told = "Close in time: deployment at 2026-03-04T15:00:00Z (version 2 first seen)"
    assert told in drift["cause"]["evidence"]
