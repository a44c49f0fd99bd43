"""A plugin comes through the same door as what is built in: its metric is measured, ruled on and shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home, build_catalog
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey

PLUGIN = Path(__file__).parents[2] / "examples" / "plugin"
MONITOR = """
model: rents
task: regression
columns:
  id: id
  timestamp: at
  prediction: prediction
  features: {area: numeric}
reference: {path: reference.parquet}
pack: none
rules:
  - {metric: median_shift, columns: [area], warning: 0.2, critical: 0.5}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plugin as pip leaves it: a module on the path, and its entry point in a dist-info folder."""
    site = tmp_path / "site"
    info = site / "modelwatch_median_shift-1.0.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: modelwatch-median-shift\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[modelwatch.plugins]\nmedian-shift = median_shift:register\n")
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.syspath_prepend(str(site))
    invalidate_caches()
    yield
    sys.modules.pop("median_shift", None)


def rents(start: str, days: int, mean: float) -> pl.DataFrame:
    rng = np.random.default_rng(days)
    instants = parse_instant(start) + np.arange(days * 24 * 20) * (HOUR // 20)
    area = rng.normal(mean, 20, instants.size)
    return pl.DataFrame(
        {
            "id": [f"{start}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "area": area,
            "prediction": 10 * area,
        }
    )


def test_it_is_short() -> None:
    assert len((PLUGIN / "median_shift.py").read_text().splitlines()) <= 40


def test_without_it_the_metric_is_unknown(tmp_path: Path) -> None:
    assert "median_shift" not in build_catalog(tmp_path).metrics


@pytest.mark.usefixtures("installed")
def test_its_metric_is_measured_and_judged(tmp_path: Path) -> None:
    rents("2026-01-01", 30, 80).write_parquet(tmp_path / "reference.parquet")
    rents("2026-02-01", 3, 95).write_parquet(tmp_path / "current.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    key = ModelKey("rents")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(key, [tmp_path / "current.parquet"])
        home.run(key, until=parse_instant("2026-02-01") + 3 * DAY + 2 * HOUR)
        found = [m for m in home.metrics(key, metric="median_shift", column="area") if m.series.span == 1]
        assert len(found) == 3
        assert all(m.status is Status.CRITICAL for m in found)
        assert found[0].value == pytest.approx(0.75, abs=0.1)
        [incident] = home.incidents(key)
        assert incident["cause"]["columns"] == ["area"]
