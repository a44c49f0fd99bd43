"""Long silences cost next to nothing, and end as if every empty window had been stepped through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.catalog import Catalog
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.spec import parse
from modelwatch.work import load_watched
from modelwatch.work.blocks import Blocks
from modelwatch.work.dormant import patience_of
from modelwatch.work.early import alarm
from modelwatch.work.history import History
from modelwatch.work.index import LabelIndex
from modelwatch.work.step import Stepper

START = parse_instant("2023-03-01")
KEY = ModelKey("loans")
MONITOR = """
model: loans
task: binary
columns: {id: id, timestamp: at, score: score, label: late, features: {income: numeric}}
labels: {expected: 1d, horizon: 90d, minimum: 10}
windows: {size: 1d, lateness: 1h, spans: [1, 7]}
"""
REFERENCE = "reference: {path: reference.parquet}\n"


def rows(first_day: int, days: int) -> pl.DataFrame:
    rng = np.random.default_rng(first_day + 100)
    instants = START + first_day * DAY + np.arange(days * 48) * (HOUR // 2)
    score = rng.beta(2, 5, instants.size)
    return pl.DataFrame(
        {
            "id": [f"{first_day}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "income": rng.normal(50, 10, instants.size),
            "score": score,
            "late": (rng.random(instants.size) < score).astype(int),
        }
    )


def labels(served: pl.DataFrame, after: int) -> pl.DataFrame:
    return served.select("id", pl.col("late").alias("label"), pl.col("at") + pl.duration(microseconds=after))


def opened(folder: Path, served: pl.DataFrame, known: pl.DataFrame, *, reference: bool = True) -> Home:
    folder.mkdir()
    rows(-30, 30).write_parquet(folder / "reference.parquet")
    served.drop("late").write_parquet(folder / "served.parquet")
    known.write_parquet(folder / "labels.parquet")
    (folder / "monitor.yaml").write_text(MONITOR + (REFERENCE if reference else ""))
    home = Home.open(folder / "home", write=True)
    home.apply(folder / "monitor.yaml")
    home.ingest(KEY, [folder / "served.parquet"])
    home.label(KEY, [folder / "labels.parquet"])
    return home


def told(home: Home) -> tuple[list[Any], list[Any]]:
    incidents = [{**incident, "notified": None} for incident in home.incidents(KEY)]
    return [m.to_dict() for m in home.metrics(KEY, all_revisions=True)], incidents


def step_all(home: Home, days: int) -> None:
    """Step through every window after the last run, none passed over."""
    with home.state.reading() as tx:
        watched = load_watched(tx, home.catalog, KEY)
    plan = watched.plan
    assert plan is not None
    stepper = Stepper(
        watched, plan, LabelIndex(watched, plan), Blocks(watched, plan), History(watched.model_id)
    )  # fmt: skip
    last = parse_instant("2023-03-06")
    for window in plan.calendar.between(last, START + days * DAY):
        with home.state.transaction() as tx:
            alarm(stepper, tx, window, window.end)
            stepper.step(tx, window)


def until(days: int) -> int:
    return START + days * DAY + 2 * HOUR


@pytest.fixture
def served() -> pl.DataFrame:
    return pl.concat([rows(0, 5), rows(100, 3)])


@pytest.fixture
def known(served: pl.DataFrame) -> pl.DataFrame:
    """Labels on the same day, and those of the fourth day eighty days later, when nothing else happens."""
    late = (pl.col("at") >= pl.lit(START + 3 * DAY).cast(pl.Datetime("us", "UTC"))) & pl.col("id").str.starts_with("0-")
    return pl.concat([labels(served.filter(~late), HOUR), labels(served.filter(late), 80 * DAY)])


def test_passing_over_equals_stepping(tmp_path: Path, served: pl.DataFrame, known: pl.DataFrame) -> None:
    with opened(tmp_path / "all", served, known) as home:
        home.run(KEY, until=until(5))
        step_all(home, 120)
        every = told(home)
    with opened(tmp_path / "one", served, known) as home:
        home.run(KEY, until=until(5))
        ran = home.run(KEY, until=until(120))
        assert ran.windows < 90
        assert told(home) == every
    with opened(tmp_path / "days", served, known) as home:
        for day in range(5, 121):
            home.run(KEY, until=until(day))
        assert told(home) == every


def test_windows_are_measured_until_the_silence_is_long(tmp_path: Path, served: pl.DataFrame) -> None:
    with opened(tmp_path / "home", served, labels(served, HOUR)) as home:
        assert home.run(KEY, until=until(60)).notes == ()
        [note] = home.run(KEY, until=until(99)).notes
        assert note == "no row of loans for more than 60d: its windows are not measured until one comes"
        days = [(m.window.start - START) // DAY for m in home.metrics(KEY, metric="rows")]
        assert days == list(range(5 + 60))
        [feed] = [i for i in home.incidents(KEY) if i["cause"]["kind"] == "feed"]
        assert feed["state"] == "open"
        home.run(KEY, until=until(103))
        assert [m.value for m in home.metrics(KEY, metric="rows")][-3:] == [48.0] * 3
        assert {i["state"] for i in home.incidents(KEY) if i["cause"]["kind"] == "feed"} == {"resolved"}


def test_labels_that_come_in_the_silence_are_joined(tmp_path: Path, served: pl.DataFrame, known: pl.DataFrame) -> None:
    with opened(tmp_path / "home", served, known) as home:
        home.run(KEY, until=until(95))
        found = [m for m in home.metrics(KEY, metric="label_mean") if m.window.start == START + 3 * DAY]
        assert [m.n for m in found] == [48]


@pytest.mark.parametrize("reference", [True, False])
def test_one_row_of_1970_costs_no_step_for_every_day_since(tmp_path: Path, reference: bool) -> None:
    served = rows(0, 20)
    stray = served.head(1).with_columns(
        id=pl.lit("stray"), at=pl.lit(DAY).cast(pl.Datetime("us", "UTC")), income=pl.lit(-1e6)
    )
    with opened(tmp_path / "home", pl.concat([stray, served]), labels(served, HOUR), reference=reference) as home:
        ran = home.run(KEY, until=until(20))
        assert ran.windows < 100
        missing = home.metrics(KEY, metric="rows", since=START)
        assert [m.value for m in missing] == [48.0] * 20
        with home.state.reading() as tx:
            plan = load_watched(tx, home.catalog, KEY).plan
        assert plan is not None
        grid = plan.columns["income"].grid
        assert grid is not None
        assert grid.edges[0] > -1e4


def test_a_run_into_the_future_is_refused(tmp_path: Path, served: pl.DataFrame) -> None:
    with opened(tmp_path / "home", served, labels(served, HOUR)) as home:
        with pytest.raises(InputError, match="2199-01-01T00:00:00Z lies in the future"):
            home.run(KEY, until=parse_instant("2199-01-01"))
        assert home.metrics(KEY) == []


def test_the_clock_says_how_far_an_interrupted_run_came(tmp_path: Path, served: pl.DataFrame) -> None:
    def stop(done: int, total: int | None, what: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with opened(tmp_path / "home", served, labels(served, HOUR)) as home:
        with pytest.raises(KeyboardInterrupt):
            home.run(KEY, until=until(5), progress=stop)
        assert home.now() == START + 3 * DAY + HOUR
        home.run(KEY, until=until(5))
        assert home.now() == until(5)


def test_rules_that_wait_longer_keep_a_model_awake(tmp_path: Path) -> None:
    with opened(tmp_path / "home", rows(0, 1), labels(rows(0, 1), HOUR)) as home:
        catalog: Catalog = home.catalog
    hourly = "model: m\ntask: binary\nwindows: {size: 1h}\n"
    assert patience_of(parse(hourly, catalog=catalog), HOUR) == 7 * DAY
    slow = f"{hourly}rules: [{{metric: freshness_seconds, multiple: {{critical: 400}}, for: 3d}}]\n"
    assert patience_of(parse(slow, catalog=catalog), HOUR) == 400 * HOUR + 3 * DAY + 2 * HOUR
