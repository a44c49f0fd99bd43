"""Counters: what was durable by model, version and bucket, within bounds."""

from __future__ import annotations

from typing import Any

import polars as pl

from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.serve.counters import BUCKETS, MOST_VERSIONS, Counters

KEY = ModelKey("eta")


def rows(*latencies: float | None, version: str = "1", errors: int = 0) -> pl.DataFrame:
    given: dict[str, Any] = {
        "model_version": [version] * len(latencies),
        "latency_ms": pl.Series(latencies, dtype=pl.Float64),
        "error": [True] * errors + [None] * (len(latencies) - errors),
    }
    return pl.DataFrame(given, schema_overrides={"error": pl.Boolean})


def test_rows_errors_and_latencies_add_up() -> None:
    counters = Counters()
    counters.observe(KEY, "predictions", rows(5.0, 5.1, 60_001.0, None, float("nan"), errors=2), Receipt(accepted=5))
    counters.observe(KEY, "predictions", rows(100.0), Receipt(accepted=1, duplicates=2, quarantined=3))
    [served] = counters.served().values()
    assert (served.rows, served.errors) == (6, 2)
    assert served.latency.sum() == 4
    assert served.latency_sum == (5.0 + 5.1 + 60_001.0 + 100.0) / 1000
    fate = counters.fates()[KEY, "predictions"]
    assert (fate.accepted, fate.duplicates, fate.quarantined) == (6, 2, 3)


def test_a_latency_on_a_bound_is_within_it() -> None:
    counters = Counters()
    counters.observe(KEY, "predictions", rows(*(bound * 1000 for bound in BUCKETS)), Receipt())
    [served] = counters.served().values()
    assert served.latency.tolist() == [1] * len(BUCKETS) + [0]


def test_models_versions_and_tables_are_counted_apart() -> None:
    counters = Counters()
    counters.observe(KEY, "predictions", pl.concat([rows(1.0), rows(1.0, 2.0, version="2")]), Receipt(accepted=3))
    counters.observe(ModelKey("eta", "test"), "predictions", rows(1.0), Receipt(accepted=1))
    counters.observe(KEY, "labels", pl.DataFrame({"label": [1.0]}), Receipt(accepted=1))
    assert {place: served.rows for place, served in counters.served().items()} == {
        (KEY, "1"): 1,
        (KEY, "2"): 2,
        (ModelKey("eta", "test"), "1"): 1,
    }
    assert counters.fates()[KEY, "labels"].accepted == 1


def test_versions_without_end_share_one_count() -> None:
    counters = Counters()
    for number in range(3 * MOST_VERSIONS):
        counters.observe(KEY, "predictions", rows(1.0, version=str(number)), Receipt(accepted=1))
    served = counters.served()
    assert len(served) == MOST_VERSIONS + 1
    assert served[KEY, "other"].rows == 2 * MOST_VERSIONS
