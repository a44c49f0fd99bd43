"""A feed that stops, rows that are turned away, predictions that are no number: each is a finding of its own kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey

START = parse_instant("2026-03-01")
KEY = ModelKey("loans")
MONITOR = """
model: loans
task: binary
columns: {id: id, timestamp: at, score: score, features: {income: numeric}, latency_ms: latency_ms, error: error}
reference: {path: reference.parquet}
windows: {size: 1d, lateness: 0h, spans: [1, 7]}
"""


def rows(first_day: int, days: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    instants = START + first_day * DAY + np.arange(days * 24 * 20) * (HOUR // 20)
    return pl.DataFrame(
        {
            "id": [f"{first_day}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "income": rng.normal(50, 10, instants.size),
            "score": rng.beta(2, 5, instants.size),
            "latency_ms": rng.exponential(20, instants.size),
            "error": rng.random(instants.size) < 0.001,
        }
    )


def incidents(tmp_path: Path, served: pl.DataFrame, days: int) -> list[dict[str, Any]]:
    rows(-30, 30, seed=9).write_parquet(tmp_path / "reference.parquet")
    served.write_parquet(tmp_path / "served.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(KEY, [tmp_path / "served.parquet"])
        home.run(KEY, until=START + days * DAY)
        return home.incidents(KEY)


def test_quiet_rows_raise_nothing_critical_but_labels(tmp_path: Path) -> None:
    critical = [i for i in incidents(tmp_path, rows(0, 10), 10) if i["severity"] == "critical"]
    assert [i["cause"]["kind"] for i in critical] == ["label"]


def test_a_silent_feed_is_critical_within_twice_the_expected_interval(tmp_path: Path) -> None:
    [feed] = [i for i in incidents(tmp_path, rows(0, 10), 14) if i["cause"]["kind"] == "feed"]
    assert feed["severity"] == "critical"
    assert parse_instant(feed["opened"]) <= START + 12 * DAY
    assert feed["state"] == "open"


def test_half_the_rows_is_a_warning(tmp_path: Path) -> None:
    served = rows(0, 10)
    thin = served.filter((pl.col("at") < pl.datetime(2026, 3, 10, time_zone="UTC")) | (pl.int_range(pl.len()) % 3 == 0))
    [feed] = [i for i in incidents(tmp_path, thin, 10) if i["cause"]["kind"] == "feed"]
    assert feed["severity"] == "warning"


def test_predictions_that_are_no_number_are_critical(tmp_path: Path) -> None:
    served = rows(0, 3).with_columns(
        pl.when(pl.int_range(pl.len()) % 50 == 0).then(float("nan")).otherwise("score").alias("score")
    )
    found = [i for i in incidents(tmp_path, served, 3) if i["cause"]["kind"] == "data_fault"]
    assert [i["severity"] for i in found] == ["critical"]
    assert found[0]["cause"]["columns"] == ["prediction"]


def test_a_column_that_turns_into_text_is_a_schema_incident_and_loses_no_row(tmp_path: Path) -> None:
    served = rows(0, 2)
    broken = rows(2, 1).with_columns(pl.format("{} EUR", pl.col("income").round(2)).alias("income"))
    rows(-30, 30, seed=9).write_parquet(tmp_path / "reference.parquet")
    served.write_parquet(tmp_path / "good.parquet")
    broken.write_parquet(tmp_path / "bad.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        receipt = home.ingest(KEY, [tmp_path / "good.parquet", tmp_path / "bad.parquet"])
        assert (receipt.accepted, receipt.quarantined) == (served.height, broken.height)
        assert receipt.faults[0].field == "income"
        home.run(KEY, until=START + 3 * DAY)
        [schema] = [i for i in home.incidents(KEY) if i["cause"]["kind"] == "schema"]
    assert schema["severity"] == "critical"


@pytest.mark.parametrize(("column", "value", "kind"), [("latency_ms", 900.0, "latency"), ("error", True, "unknown")])
def test_slow_and_failing_predictions_are_found(tmp_path: Path, column: str, value: object, kind: str) -> None:
    served = rows(0, 3).with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit(value)).otherwise(column).alias(column)
    )
    [found] = [i for i in incidents(tmp_path, served, 3) if i["cause"]["kind"] == kind]
    assert found["severity"] == "critical"


def test_labels_that_never_come_are_critical_once_they_are_overdue(tmp_path: Path) -> None:
    [late] = [i for i in incidents(tmp_path, rows(0, 5), 4) if i["cause"]["kind"] == "label"]
    assert late["severity"] == "critical"
    assert late["title"] == "100 % of the predictions on 2026-03-03 have no label when they should"
    assert parse_instant(late["opened"]) == START + 2 * DAY
    with Home.open(tmp_path / "home") as home:
        overdue = home.metrics(KEY, metric="labels_overdue_share")
    assert [each.value for each in overdue] == [1.0, 1.0, 1.0, None]
    assert overdue[-1].reason == "its labels are not expected yet"


def test_a_quarantined_time_beyond_the_calendar_stops_no_run(tmp_path: Path) -> None:
    served = rows(0, 3)
    far = served.with_columns(
        pl.when(pl.int_range(pl.len()) % 100 == 7)
        .then(pl.datetime(9999, 12, 31, time_zone="UTC"))
        .when(pl.int_range(pl.len()) % 100 == 8)
        .then(pl.datetime(1850, 1, 1, time_zone="UTC"))
        .otherwise("at")
        .alias("at")
    )
    assert [i["cause"]["kind"] for i in incidents(tmp_path, far, 3)] == ["label"]
