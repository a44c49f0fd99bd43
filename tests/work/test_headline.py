"""The headline of a window: which version, which span, realised before estimated, beside the reference."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec
import polars as pl
import pytest

from modelwatch import measure
from modelwatch.app import Home
from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.instants import DAY, Window, parse_instant
from modelwatch.domain.measurement import Baseline, Measurement, Series
from modelwatch.domain.names import ModelKey
from modelwatch.domain.slices import Slice
from modelwatch.measure import Reference
from modelwatch.profile.block import Block
from modelwatch.spec import Monitor
from modelwatch.store import headlines, measurements
from modelwatch.store.headlines import HEADLINE, Headline
from modelwatch.work import Watched
from modelwatch.work.headline import headline_of
from modelwatch.work.stored import part_of

KEY = ModelKey("delay")
WINDOW = Window(0, DAY)
SPEC = """
model: delay
task: {task}
columns: {{{output}: out, features: {{temp: numeric}}}}
labels: {{expected: 1h, horizon: 30d, minimum: 10}}
windows: {{size: 1d, lateness: 1s, spans: [1, 7]}}
"""
CATALOG = Catalog().register([measure.register])


def watched(task: str = "binary", output: str = "score") -> Watched:
    monitor = Monitor.from_yaml(SPEC.format(task=task, output=output), catalog=CATALOG)
    baselines = {Series("roc_auc", "prediction", span=span): Baseline(0.8, span / 100, 20) for span in (1, 7)}
    return Watched(5, KEY, monitor, CATALOG, reference=Reference(Block(WINDOW), baselines=baselines))


def of(metric: str, value: float | None, n: int, version: str = "1", *, span: int = 1, column: str = "") -> Measurement:
    between = None if value is None else (value - 0.1, value + 0.1)
    reason = "too few labels" if value is None else None
    return Measurement(Series(metric, column, version=version, span=span), WINDOW, value, n, between, reason=reason)


def score(value: float | None, n: int, version: str = "1", *, span: int = 1, metric: str = "roc_auc") -> Measurement:
    return of(metric, value, n, version, span=span, column="prediction")


COUNTS = [
    of("rows", 100.0, 100, ""),
    of("prediction_mean", 0.5, 70, "1", column="prediction"),
    of("prediction_mean", 0.5, 30, "2", column="prediction"),
    of("labels_pending_share", 0.5, 70, "1"),
    of("labels_pending_share", 1.0, 30, "2"),
]


def test_the_version_with_most_rows_is_told_of_on_the_longest_span_with_a_value() -> None:
    scores = [score(0.6, 35), score(0.7, 400, span=7), score(0.9, 900, "2", span=7)]
    found = headline_of(watched(), WINDOW, [*COUNTS, *scores])
    assert found._replace(low=None, high=None, pending_share=None) == Headline(
        5, 0, DAY, 100, "roc_auc", "1", 7, 0.7, n=400, reference_mean=0.8, reference_sd=0.07
    )
    assert (found.low, found.high) == pytest.approx((0.6, 0.8))
    assert found.pending_share == pytest.approx(0.65)


def test_a_span_without_a_value_gives_way_to_a_shorter_one() -> None:
    found = headline_of(watched(), WINDOW, [*COUNTS, score(0.6, 35), score(None, 0, span=7)])
    assert (found.span, found.value, found.reference_sd) == (1, 0.6, 0.01)


def test_an_estimate_stands_in_for_a_value_that_is_not_known_and_for_no_other() -> None:
    estimates = [score(0.65, 70, span=7, metric="estimated_roc_auc")]
    found = headline_of(watched(), WINDOW, [*COUNTS, score(None, 0), score(None, 0, span=7), *estimates])
    assert (found.metric, found.value, found.estimated, found.reference_mean) == ("roc_auc", 0.65, True, 0.8)
    realised = headline_of(watched(), WINDOW, [*COUNTS, score(0.6, 35), *estimates])
    assert (realised.value, realised.estimated) == (0.6, False)


def test_slices_do_not_count() -> None:
    sliced = Measurement(Series("roc_auc", "prediction", Slice.of({"a": "b"}), "1", 7), WINDOW, 0.9, 10)
    assert headline_of(watched(), WINDOW, [*COUNTS, sliced]).value is None


def test_a_window_without_a_value_still_says_its_rows() -> None:
    found = headline_of(watched(), WINDOW, COUNTS)
    assert (found.rows, found.version, found.value, found.reference_mean) == (100, "1", None, None)
    empty = headline_of(watched(), WINDOW, [of("rows", 0.0, 0, "")])
    assert (empty.rows, empty.version, empty.pending_share) == (0, "", None)


def test_the_key_metric_is_that_of_the_task() -> None:
    assert {task: key.name for task in Task if (key := CATALOG.key_metric(task))} == {
        Task.BINARY: "roc_auc",
        Task.REGRESSION: "rmse",
    }
    for metric in CATALOG.metrics:
        assert metric.key_of <= metric.tasks
    found = headline_of(watched("regression", "prediction"), WINDOW, [*COUNTS, score(3.0, 50, metric="rmse")])
    assert (found.metric, found.value) == ("rmse", 3.0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with three days of predictions and labels, the labels of the last day being late."""
    made = Home.open(tmp_path / "home", write=True)
    (tmp_path / "monitor.yaml").write_text(SPEC.format(task="binary", output="score"))
    made.apply(tmp_path / "monitor.yaml")
    start = parse_instant("2026-01-01")
    rows = pl.DataFrame(
        [
            {
                "prediction_id": f"{day}-{place}",
                "timestamp": start + day * DAY + place * DAY // 20,
                "temp": 20.0,
                "out": 0.9 if place % 2 else 0.1,
                "label": int(place % 4 > 0),
            }
            for day in range(3)
            for place in range(20)
        ]
    ).with_columns(pl.col("timestamp").cast(pl.Datetime("us", "UTC")))
    rows.drop("label").write_parquet(tmp_path / "rows.parquet")
    late = pl.when(pl.col("prediction_id").str.starts_with("2")).then(pl.duration(days=1)).otherwise(pl.duration())
    labels = rows.select("prediction_id", "label", (pl.col("timestamp") + pl.duration(minutes=1) + late))
    labels.write_parquet(tmp_path / "labels.parquet")
    made.ingest(KEY, [tmp_path / "rows.parquet"])
    made.label(KEY, [tmp_path / "labels.parquet"])
    return made


def told(home: Home) -> list[Headline]:
    with home.state.reading() as tx:
        return headlines.between(tx, 0, 2**62)


def test_a_run_writes_a_headline_for_each_window_and_replaces_it_when_labels_come(home: Home) -> None:
    with home:
        home.run(until=parse_instant("2026-01-04T00:00:01Z"))
        assert [(each.rows, each.n, each.pending_share) for each in told(home)] == [
            (20, 20, 0.0),
            (20, 20, 0.0),
            (20, 0, 1.0),
        ]
        home.run(until=parse_instant("2026-01-05T00:02:00Z"))
        [last] = [each for each in told(home) if each.start == parse_instant("2026-01-03")]
        assert (last.metric, last.n, last.pending_share) == ("roc_auc", 20, 0.0)
        shown = home.metrics(KEY, metric="roc_auc", since=last.start, until=last.end)
        assert last.value in {each.value for each in shown if each.window.end == last.end}


def test_a_home_of_an_earlier_release_is_brought_up_to_date_by_a_run(home: Home) -> None:
    until = parse_instant("2026-01-04T00:00:01Z")
    with home:
        home.run(until=until)
        before, shown = told(home), home.metrics(KEY, all_revisions=True)
        with home.state.transaction() as tx:
            tx.execute(HEADLINE.delete())
            kept = measurements.revisions(tx, 1, 0, 2**62)
            old = [row._replace(blob=zlib.compress(msgspec.msgpack.encode([1, _rows(shown, row)]), 1)) for row in kept]
            measurements.rewrite(tx, 1, old)
        assert sorted(map(str, home.metrics(KEY, all_revisions=True))) == sorted(map(str, shown))
        home.run(until=until)
        assert told(home) == before
        with home.state.reading() as tx:
            assert [row.blob[0] for row in measurements.revisions(tx, 1, 0, 2**62)] == [2] * len(kept)


def _rows(shown: list[Measurement], row: measurements.MeasurementBlob) -> list[object]:
    """A blob's measurements as format 1 has them; there are no slices here."""
    at = row.start, row.end, row.version, row.revision
    mine = [m for m in shown if (m.window.start, m.window.end, m.series.version, m.revision) == at]
    mine = [m for m in mine if part_of(CATALOG, m.series) == row.part]
    return [
        [
            m.series.metric,
            m.series.column,
            [],
            m.series.span,
            m.value,
            m.n,
            m.interval,
            m.noise_floor,
            m.p_value,
            m.provisional,
            m.reason,
            str(m.status),
        ]
        for m in mine
    ]
