"""A reference without times, and none at all: floors come from the model's own first windows, or are said not to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.measurement import Measurement
from modelwatch.domain.names import ModelKey

START = parse_instant("2026-01-01")
KEY = ModelKey("rents")
MONITOR = """
model: rents
task: binary
columns:
  id: id
  timestamp: at
  score: score
  label: late
  features: {{area: numeric, city: categorical}}
{reference}
"""


def rows(days: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    instants = START + np.arange(days * 24 * 10) * (HOUR // 10)
    # Days differ among themselves, as they do: rows of one day are not independent.
    mean = 80 + 6 * rng.normal(size=days).repeat(240)
    score = rng.beta(2, 5, instants.size)
    return pl.DataFrame(
        {
            "id": [f"r{seed}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "area": rng.normal(mean, 20),
            "city": rng.choice(["Oslo", "Rome"], instants.size),
            "score": score,
            "late": (rng.random(instants.size) < score).astype(int),
        }
    )


def run(tmp_path: Path, reference: str, days: int) -> list[Measurement]:
    (tmp_path / "monitor.yaml").write_text(MONITOR.format(reference=reference))
    served = rows(days, seed=1)
    served.drop("late").write_parquet(tmp_path / "served.parquet")
    labels = served.select(pl.col("id"), pl.col("late").alias("label"), pl.col("at") + pl.duration(hours=1))
    labels.write_parquet(tmp_path / "labels.parquet")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(KEY, [tmp_path / "served.parquet"])
        home.label(KEY, [tmp_path / "labels.parquet"])
        home.run(KEY, until=START + days * DAY + 2 * HOUR)
        return home.metrics(KEY)


def of(found: list[Measurement], metric: str, column: str = "") -> list[Measurement]:
    return [m for m in found if (m.series.metric, m.series.column, m.series.span) == (metric, column, 1)]


def test_a_reference_without_times_borrows_the_first_28_windows(tmp_path: Path) -> None:
    rows(20).drop("id", "at").write_parquet(tmp_path / "reference.parquet")
    psi = of(run(tmp_path, "reference: {path: reference.parquet}", 32), "psi", "area")
    assert len(psi) == 32
    floors = [m.noise_floor or 0.0 for m in psi]
    assert max(floors[:28]) < min(floors[28:])
    assert all(m.p_value is not None for m in psi)


def test_a_window_of_the_log_can_be_the_reference(tmp_path: Path) -> None:
    found = run(tmp_path, "reference: {window: [2026-01-01T00:00:00Z, 2026-01-15T00:00:00Z]}", 20)
    assert all(m.value is not None for m in of(found, "psi", "area"))
    assert of(found, "roc_auc", "prediction")


def test_without_a_reference_drift_is_not_computed(tmp_path: Path) -> None:
    found = run(tmp_path, "", 4)
    psi = of(found, "psi", "area")
    assert psi
    assert {m.reason for m in psi} == {"no reference"}
    assert all(m.value is not None for m in of(found, "roc_auc", "prediction"))


@pytest.mark.parametrize("metric", ["rows", "labels_pending_share"])
def test_what_needs_no_reference_is_measured(tmp_path: Path, metric: str) -> None:
    found = [m for m in run(tmp_path, "", 3) if m.series.metric == metric and m.series.span == 1]
    assert len(found) == 3
    assert all(m.value is not None for m in found)
