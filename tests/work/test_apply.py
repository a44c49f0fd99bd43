"""A specification that changes on a home that has run: what is counted otherwise is read from the log again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import SpecError, UnknownName
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.measurement import Measurement
from modelwatch.domain.names import ModelKey

START = parse_instant("2026-03-01")
KEY = ModelKey("loans")
MONITOR = """
model: loans
task: binary
columns:
  id: id
  timestamp: at
  version: version
  score: score
  label: late
  features: {{{features}}}
  segments: [{segments}]
{reference}
{rules}
"""


def rows(first_day: int, days: int, *, version: str = "1", seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed + first_day + 100)
    instants = START + first_day * DAY + np.arange(days * 24 * 20) * (HOUR // 20)
    score = rng.beta(2, 5, instants.size)
    return pl.DataFrame(
        {
            "id": [f"{version}-{first_day}-{i}" for i in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "version": version,
            "income": rng.normal(50, 10, instants.size),
            "age": rng.normal(40, 8, instants.size),
            "city": rng.choice(["Oslo", "Rome", "Lima"], instants.size),
            "score": score,
            "late": (rng.random(instants.size) < score).astype(int),
        }
    )


class Bench:
    """A home with ten days of rows and labels, run to the end of the tenth."""

    def __init__(self, folder: Path, reference: str = "reference: {path: reference.parquet}") -> None:
        self.folder, self.reference = folder, reference
        rows(-30, 30).write_parquet(folder / "reference.parquet")
        served = rows(0, 10)
        served.drop("late").write_parquet(folder / "served.parquet")
        labels = served.select(pl.col("id"), pl.col("late").alias("label"), pl.col("at") + pl.duration(hours=2))
        labels.write_parquet(folder / "labels.parquet")
        self.home = Home.open(folder / "home", write=True)
        self.apply("income: numeric")
        self.home.ingest(KEY, [folder / "served.parquet"])
        self.home.label(KEY, [folder / "labels.parquet"])
        self.run(10)

    def apply(self, features: str, *, segments: str = "", rules: str = "") -> None:
        text = MONITOR.format(features=features, segments=segments, rules=rules, reference=self.reference)
        (self.folder / "monitor.yaml").write_text(text)
        self.home.apply(self.folder / "monitor.yaml")

    def run(self, days: int) -> None:
        self.home.run(KEY, until=START + days * DAY + 2 * HOUR)

    def more(self, first_day: int, days: int, version: str = "1") -> None:
        path = self.folder / "more.parquet"
        rows(first_day, days, version=version).drop("late").write_parquet(path)
        self.home.ingest(KEY, [path])

    def measured(self, metric: str, column: str = "", span: int = 1) -> list[Measurement]:
        found = self.home.metrics(KEY, metric=metric, column=column)
        return [m for m in found if m.series.span == span and m.value is not None]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_new_rule_judges_from_the_next_window_on(bench: Bench) -> None:
    bench.apply("income: numeric", rules="rules: [{metric: psi, columns: [income], critical: 0.000001}]")
    bench.more(10, 1)
    bench.run(11)
    psi = bench.measured("psi", "income")
    assert len(psi) == 11
    assert {m.revision for m in psi} == {1}


def test_a_new_feature_is_read_from_the_log(bench: Bench) -> None:
    with pytest.raises(UnknownName, match="no psi of a column 'age'; allowed: income, prediction"):
        bench.measured("psi", "age")
    before = {m.window: m.value for m in bench.measured("roc_auc", "prediction")}
    bench.apply("income: numeric, age: numeric")
    bench.more(10, 1)
    bench.run(11)
    assert [m.value for m in bench.measured("missing_share", "age")] == [0.0] * 11
    after = {m.window: m.value for m in bench.measured("roc_auc", "prediction")}
    complete = list(before)[:-1]  # the last labels of the tenth day came after it was measured
    assert {window: after[window] for window in complete} == {window: before[window] for window in complete}


def test_new_segments_measure_slices_of_the_past(bench: Bench) -> None:
    bench.apply("income: numeric, city: categorical", segments="city")
    bench.more(10, 1)
    bench.run(11)
    oslo = next(each for each in bench.home.slices(KEY) if each.to_dict() == {"city": "Oslo"})
    rows_of_oslo = bench.home.metrics(KEY, metric="rows", slice=oslo)
    assert len(rows_of_oslo) == 11
    assert min(m.value or 0 for m in rows_of_oslo) > 100


def test_the_same_specification_again_changes_nothing(bench: Bench) -> None:
    assert not bench.home.apply(bench.folder / "monitor.yaml").changed


def test_a_column_keeps_its_kind(bench: Bench) -> None:
    bench.apply("income: numeric, city: categorical")
    told = r"line 10, column \d+: columns\.features\.city: .* keep city: categorical, .* under another name"
    with pytest.raises(SpecError, match=told):
        bench.apply("income: numeric, city: text")


def test_a_model_keeps_what_its_predictions_are(bench: Bench) -> None:
    text = (bench.folder / "monitor.yaml").read_text().replace("binary", "regression").replace("score:", "prediction:")
    (bench.folder / "other.yaml").write_text(text)
    with pytest.raises(SpecError, match=r"line 3, column 7: task: .* was applied as binary .* keep task: binary, or"):
        bench.home.apply(bench.folder / "other.yaml")


def test_without_a_reference_a_new_feature_is_planned_anew(tmp_path: Path) -> None:
    bench = Bench(tmp_path, reference="")
    bench.apply("income: numeric, age: numeric")
    bench.more(10, 1)
    bench.run(11)
    assert [m.value for m in bench.measured("missing_share", "age")] == [0.0] * 11


def test_a_new_version_is_measured_by_itself_and_on_full_spans_only(bench: Bench) -> None:
    bench.more(10, 8, version="2")
    bench.run(18)
    spans = {
        (m.series.version, m.series.span): sum(1 for _ in group)
        for span in (1, 7)
        for version in ("1", "2")
        for group in [[m for m in bench.measured("psi", "income", span) if m.series.version == version]]
        for m in group[:1]
    }
    assert spans == {("1", 1): 10, ("1", 7): 4, ("2", 1): 8, ("2", 7): 2}


def test_a_limit_to_what_is_measured_again_outlasts_a_run_without_a_window(bench: Bench) -> None:
    bench.more(10, 30)
    bench.run(40)
    bench.apply("income: numeric, age: numeric")
    bench.run(40)
    assert not bench.measured("missing_share", "age")
    bench.more(40, 1)
    bench.run(41)
    days = [(m.window.start - START) // DAY for m in bench.measured("missing_share", "age")]
    assert days == list(range(12, 41))
