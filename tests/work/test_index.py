"""Labels meet predictions: the greatest (timestamp, value) within the horizon, whatever the order they come in."""

from __future__ import annotations

import itertools
from pathlib import Path

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
columns: {id: id, timestamp: at, version: version, score: score, features: {income: numeric}}
labels: {expected: 1h, horizon: 2d, minimum: 1}
windows: {size: 1d, lateness: 0h, spans: [1]}
"""


def when(instant: int) -> pl.Expr:
    return pl.lit(instant).cast(pl.Datetime("us", "UTC"))


def label(value: int, after: int) -> pl.DataFrame:
    found = pl.DataFrame({"id": ["a"], "label": [value]})
    return found.with_columns(when(START + 12 * HOUR + after).alias("at"))


def label_mean(tmp_path: Path, labels: list[pl.DataFrame], *, versions: int = 1, first: bool = False) -> list[float]:
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    rows = pl.DataFrame(
        {"id": ["a"] * versions, "version": [str(v) for v in range(versions)], "score": 0.3, "income": 1.0}
    )
    rows.with_columns(when(START + 12 * HOUR).alias("at")).write_parquet(tmp_path / "rows.parquet")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        if not first:
            home.ingest(KEY, [tmp_path / "rows.parquet"])
        for number, part in enumerate(labels):
            part.write_parquet(tmp_path / f"{number}.parquet")
            assert home.label(KEY, [tmp_path / f"{number}.parquet"]).waiting == int(first)
        if first:
            home.ingest(KEY, [tmp_path / "rows.parquet"])
        home.run(KEY, until=START + 6 * DAY)
        found = [m for m in home.metrics(KEY, metric="label_mean") if m.window.start == START]
        return [m.value for m in found if m.value is not None]


REVISIONS = [label(0, HOUR), label(1, 5 * HOUR), label(0, 3 * HOUR), label(0, 5 * HOUR), label(0, 3 * DAY)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::17])
def test_the_greatest_label_within_the_horizon_wins_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    assert label_mean(tmp_path, [REVISIONS[i] for i in order]) == [1.0]


def test_in_one_file_as_one_by_one(tmp_path: Path) -> None:
    assert label_mean(tmp_path, [pl.concat(REVISIONS)]) == [1.0]


def test_labels_before_their_prediction_wait_for_it(tmp_path: Path) -> None:
    assert label_mean(tmp_path, [pl.concat(REVISIONS)], first=True) == [1.0]


def test_a_label_joins_every_version_of_its_id(tmp_path: Path) -> None:
    assert label_mean(tmp_path, [label(1, HOUR)], versions=2) == [1.0, 1.0]


def test_a_label_past_the_horizon_is_no_label(tmp_path: Path) -> None:
    assert label_mean(tmp_path, [label(1, 3 * DAY)]) == []


def test_days_are_told_apart_where_clocks_go_forward_from_utc(tmp_path: Path) -> None:
    """In London both 29 and 30 March 2026 start on 29 March in UTC."""
    (tmp_path / "monitor.yaml").write_text(
        MONITOR.replace("{income: numeric}}", "{income: numeric, city: categorical}, segments: [city]}")
        + "timezone: Europe/London\n"
    )  # fmt: skip
    noon = parse_instant("2026-03-28T12:00:00Z")
    rows = pl.DataFrame({"id": ["a", "b", "c"], "score": 0.3, "income": 1.0, "city": "London", "version": "1"})
    rows = rows.with_columns(pl.Series("at", [noon + day * DAY for day in range(3)]).cast(pl.Datetime("us", "UTC")))
    rows.write_parquet(tmp_path / "rows.parquet")
    labels = rows.select("id", "at", pl.Series("label", [1, 1, 0]))
    labels.write_parquet(tmp_path / "labels.parquet")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(KEY, [tmp_path / "rows.parquet"])
        home.label(KEY, [tmp_path / "labels.parquet"])
        home.run(KEY, until=noon + 5 * DAY)
        [other] = home.slices(KEY)
        found = home.metrics(KEY, metric="label_mean", slice=other)
        assert [m.value for m in found] == [1.0, 1.0, 0.0]
