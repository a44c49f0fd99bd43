"""Labels meet predictions: the greatest (timestamp, value) within the horizon, whatever the order they come in."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.profile.block import unpack_outcomes
from modelwatch.profile.outcome import BinaryOutcome, empty_outcome
from modelwatch.store import labels, outcomes
from modelwatch.store.reset import forget_folds
from modelwatch.work import load_watched
from modelwatch.work.due import DueLabels, waiting
from modelwatch.work.index import LabelIndex
from modelwatch.work.parts import PART_ROWS, write_frame

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


def label_mean(tmp_path: Path, given: list[pl.DataFrame], *, versions: int = 1, first: bool = False) -> list[float]:
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    rows = pl.DataFrame(
        {"id": ["a"] * versions, "version": [str(v) for v in range(versions)], "score": 0.3, "income": 1.0}
    )
    rows.with_columns(when(START + 12 * HOUR).alias("at")).write_parquet(tmp_path / "rows.parquet")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        if not first:
            home.ingest(KEY, [tmp_path / "rows.parquet"])
        for number, part in enumerate(given):
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
    known = rows.select("id", "at", pl.Series("label", [1, 1, 0]))
    known.write_parquet(tmp_path / "labels.parquet")
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(KEY, [tmp_path / "rows.parquet"])
        home.label(KEY, [tmp_path / "labels.parquet"])
        home.run(KEY, until=noon + 5 * DAY)
        [other] = home.slices(KEY)
        found = home.metrics(KEY, metric="label_mean", slice=other)
        assert [m.value for m in found] == [1.0, 1.0, 0.0]


HORIZON = 5 * DAY
LAST = START + 4 * DAY


@dataclass(frozen=True)
class Sent:
    """What a model was sent: canonical predictions and labels, and the home that knows its plan."""

    home: Home
    predictions: pl.DataFrame
    labels: pl.DataFrame

    def outcomes(
        self, predictions: Sequence[pl.DataFrame | None], given: Sequence[pl.DataFrame | None], **how: Any
    ) -> Any:
        """Rows, labels and positives by version and window, once predictions and labels came as given, in turns."""
        with self.home.state.reading() as tx:
            watched = load_watched(tx, self.home.catalog, KEY)
        assert watched.plan is not None
        with self.home.state.transaction() as tx:
            forget_folds(tx, watched.model_id)
        for frame, more in zip_longest(predictions, given):
            index = LabelIndex(watched, watched.plan, **how)
            with self.home.state.transaction() as tx:
                if frame is not None:
                    index.add(tx, frame)
                if more is not None:
                    day = datetime.fromtimestamp(START / 1e6, UTC).date()
                    labels.add(tx, watched.model_id, day, write_frame(more))
                    due = DueLabels.at(tx, watched.model_id, LAST, piece_rows=how.get("part_rows", PART_ROWS))
                    index.apply(tx, due)
                    due.settle(tx)
        with self.home.state.reading() as tx:
            parts = labels.index_parts(tx, watched.model_id)
            assert max(part.rows for part in parts) <= how.get("part_rows", PART_ROWS)
            assert sum(part.rows for part in parts) == self.predictions.height
            found = outcomes.get_many(tx, watched.model_id, START, LAST)
            left = [name for _, each in waiting(tx, watched.model_id) for name in each["prediction_id"]]
            assert not set(left) & set(self.predictions["prediction_id"])
        counts = ((row, unpack_outcomes(watched.plan, row.blob, empty_outcome(watched.plan))[0]) for row in found)
        return {
            (row.version, row.start): (each.rows, each.labelled, each.positives)
            for row, each in counts
            if isinstance(each, BinaryOutcome)
        }

    def expected(self) -> Any:
        """The same by the rule itself, a prediction at a time."""
        given: dict[str, list[tuple[int, float]]] = {}
        at = pl.col("timestamp").dt.epoch("us")
        for name, instant, value in self.labels.select("prediction_id", at, "label").iter_rows():
            given.setdefault(name, []).append((instant, value))
        found: dict[tuple[str, int], list[int]] = {}
        for name, version, instant in self.predictions.select("prediction_id", "model_version", at).iter_rows():
            within = [label for label in given.get(name, []) if label[0] - instant <= HORIZON]
            counts = found.setdefault((version, instant - instant % DAY), [0, 0, 0])
            counts[0] += 1
            counts[1] += bool(within)
            counts[2] += bool(within) and max(within)[1] == 1
        return {key: tuple(counts) for key, counts in found.items()}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Predictions of three days, some of an id by two versions; labels revised, early, late, and of no prediction."""
    folder = tmp_path_factory.mktemp("sent")
    (folder / "monitor.yaml").write_text(MONITOR.replace("horizon: 2d", "horizon: 5d"))
    rng = np.random.default_rng(11)
    instant = pl.col("at").cast(pl.Datetime("us", "UTC"))
    rows = pl.DataFrame({"id": np.arange(400) % 300, "version": (np.arange(400) // 300).astype(str), "income": 1.0})
    rows = rows.with_columns(at=START + pl.col("id") % 72 * HOUR, score=pl.Series(rng.random(400)))
    known = pl.DataFrame({"id": rng.integers(0, 350, 500), "label": rng.integers(0, 2, 500)})
    known = known.with_columns(at=pl.Series(START + rng.integers(1, 90, 500) * HOUR)).unique(maintain_order=True)
    name = pl.col("id").cast(pl.String)
    rows.with_columns(name, instant).write_parquet(folder / "rows.parquet")
    known.with_columns(name, instant).write_parquet(folder / "labels.parquet")
    with Home.open(folder / "home", write=True) as home:
        home.apply(folder / "monitor.yaml")
        home.ingest(KEY, [folder / "rows.parquet"])
        home.label(KEY, [folder / "labels.parquet"])
        home.run(KEY, until=LAST)
        logged = {
            table: pl.concat([commit.read() for commit in home.lake.commits(KEY, table, after=-1)])
            for table in ("predictions", "labels")
        }
        yield Sent(home, logged["predictions"], logged["labels"])


def test_labels_join_as_the_rule_says(sent: Sent) -> None:
    expected = sent.expected()
    assert {labelled < rows for rows, labelled, _ in expected.values()} == {True}
    assert sent.outcomes([sent.predictions], [sent.labels]) == expected


@pytest.mark.parametrize("seed", range(6))
def test_no_order_and_no_split_of_commits_and_parts_matters(sent: Sent, seed: int) -> None:
    choose = random.Random(seed)
    predictions, given = (
        list(frame.sample(fraction=1.0, shuffle=True, seed=seed).iter_slices(choose.choice([9, 40, 170])))
        for frame in (sent.predictions, sent.labels)
    )
    early, late = choose.choice([(0, 0), (3, 0), (0, 3)])  # who comes first, and by how many turns
    turns = [*[None] * late, *predictions], [*[None] * early, *given]
    assert sent.outcomes(*turns, part_rows=choose.choice([25, 60, PART_ROWS])) == sent.expected()
