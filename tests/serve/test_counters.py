"""The counters of one process: they never fall, and hold no more versions than they may."""

from __future__ import annotations

import polars as pl
import pytest

from modelwatch.domain.columns import ERROR, LATENCY_MS, MODEL_VERSION
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log.tables import LABELS, PREDICTIONS
from modelwatch.serve.counters import BUCKETS, IN_USE, MOST_VERSIONS, OTHER, Counters

KEY = ModelKey("delay")


class Clock:
    def __init__(self) -> None:
        self.now = 10 * IN_USE

    def __call__(self) -> int:
        return self.now


def rows(version: str = "1", *, latency: list[float | None], errors: list[bool | None] | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            MODEL_VERSION: [version] * len(latency),
            ERROR: pl.Series(errors or [None] * len(latency), dtype=pl.Boolean),
            LATENCY_MS: pl.Series(latency, dtype=pl.Float64),
        }
    )


def test_rows_errors_and_latencies_are_counted_by_version() -> None:
    counters = Counters(Clock())
    counters.observe(
        KEY, PREDICTIONS, rows(latency=[5.0, 5.1, 70_000.0], errors=[True, None, False]), Receipt(accepted=3)
    )
    counters.observe(KEY, LABELS, rows(latency=[1.0]), Receipt(accepted=1, duplicates=2, quarantined=3))
    served = counters.served(KEY)["1"]
    assert (served.rows, served.errors, served.latency_sum) == (3, 1, pytest.approx(70.0101))
    # A bucket holds its upper bound; what is above all bounds has a bucket of its own.
    assert served.latency.tolist() == [1, 1, *[0] * (len(BUCKETS) - 2), 1]
    fate = counters.fates()[KEY, LABELS]
    assert (fate.accepted, fate.duplicates, fate.quarantined) == (1, 2, 3)


def test_no_value_of_a_client_makes_a_counter_fall_or_endless() -> None:
    counters = Counters(Clock())
    hostile = [float("nan"), float("inf"), -float("inf"), -5.0, None, 1.0]
    counters.observe(KEY, PREDICTIONS, rows(latency=hostile), Receipt(accepted=6))
    served = counters.served(KEY)["1"]
    assert (served.rows, served.latency.sum(), served.latency_sum) == (6, 1, 0.001)


def test_versions_beyond_the_most_share_one_until_old_ones_are_out_of_use() -> None:
    clock = Clock()
    counters = Counters(clock)
    for number in range(MOST_VERSIONS + 2):
        counters.observe(KEY, PREDICTIONS, rows(f"v{number}", latency=[1.0]), Receipt(accepted=1))
    assert len(counters.served(KEY)) == MOST_VERSIONS + 1
    assert counters.served(KEY)[OTHER].rows == 2
    clock.now += IN_USE
    assert counters.served(KEY) == {}
    assert counters.total(KEY, "v0").rows == 1
    counters.observe(KEY, PREDICTIONS, rows("new", latency=[1.0]), Receipt(accepted=1))
    assert [*counters.served(KEY)] == ["new"]


def test_a_version_that_no_label_holds_is_counted_as_other() -> None:
    counters = Counters(Clock())
    counters.observe(KEY, PREDICTIONS, rows("x" * 10_000, latency=[1.0]), Receipt(accepted=1))
    assert [*counters.served(KEY)] == [OTHER]


def test_what_was_left_out_adds_up() -> None:
    counters = Counters(Clock())
    assert [counters.drop(2), counters.drop(0), counters.drop(3)] == [2, 2, 5]
