"""The front door: what it answers, in which form, and for tables of every library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import modelwatch as mw
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.measurement import Status

from .conftest import Columns, column, make, plain


class Stream:
    """A table that offers nothing but an Arrow stream."""

    def __init__(self, columns: Columns) -> None:
        self._table = pa.table(columns)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def arrow(columns: Columns) -> pa.Table:
    return pa.table(columns)


LIBRARIES: dict[str, Callable[[Columns], Any]] = {
    "polars": pl.DataFrame,
    "lazy": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "arrow": arrow,
    "stream": Stream,
    "lists": lambda columns: {name: values.tolist() for name, values in columns.items()},
}


def test_the_json_is_as_documented(before: Columns, after: Columns) -> None:
    result = plain(mw.compare(reference=before, current=after))
    assert result["version"] == 1
    assert result["reference"] == {"rows": 4000}
    assert result["current"] == {"rows": 3000}
    assert result["multivariate"]["status"] == "not_computed"
    assert result["multivariate"]["reason"]
    assert [each["column"] for each in result["columns"]] == list(before)
    for each in result["columns"]:
        assert each["status"] in ("ok", "warning", "critical", "not_computed")
        assert set(each["missing"]) == {"reference", "current"}
        for metric in each["metrics"].values():
            assert {"value", "noise_floor", "p_value", "definition"} <= set(metric)
            assert (metric["value"] is None) == bool(metric["reason"])
    assert [each["kind"] for each in result["columns"]] == [
        "numeric",
        "numeric",
        "categorical",
        "boolean",
        "text",
    ]
    numeric = {"psi", "ks", "jensen_shannon", "wasserstein", "wasserstein_normed"}
    assert set(result["columns"][0]["metrics"]) == numeric
    assert set(result["columns"][2]["metrics"]) == {"psi", "jensen_shannon", "chi2", "cramers_v"}


def test_what_changed_is_found_and_the_rest_is_quiet(before: Columns, after: Columns) -> None:
    comparison = mw.compare(reference=before, current=after)
    assert column(comparison, "age")["status"] == "critical"
    assert column(comparison, "plan")["unseen"] == ["max"]
    assert column(comparison, "plan")["status"] == "critical"
    assert column(comparison, "income")["status"] == "ok"
    assert column(comparison, "active")["status"] == "ok"
    assert column(comparison, "note")["status"] == "not_computed"
    assert comparison.drifted_share == pytest.approx(2 / 4)
    assert comparison.status is Status.CRITICAL
    assert {finding.check for finding in comparison.quality} == {"unseen_share"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_gives_the_same_answer(library: str, before: Columns, after: Columns) -> None:
    expected = plain(mw.compare(reference=before, current=after))
    table = LIBRARIES[library]
    assert plain(mw.compare(reference=table(before), current=table(after))) == expected
    assert plain(mw.compare(reference=table(before), current=after)) == expected


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "arrow"])
def test_files_give_the_same_answer(suffix: str, tmp_path: Path, before: Columns, after: Columns) -> None:
    expected = plain(mw.compare(reference=before, current=after))
    for name, columns in (("before", before), ("after", after)):
        frame, path = pl.DataFrame(columns), tmp_path / f"{name}.{suffix}"
        writers = {
            "parquet": frame.write_parquet,
            "csv": frame.write_csv,
            "jsonl": frame.write_ndjson,
            "arrow": frame.write_ipc,
        }
        writers[suffix](path)
    found = plain(mw.compare(reference=tmp_path / f"before.{suffix}", current=str(tmp_path / f"after.{suffix}")))
    assert found == expected


def test_pandas_missing_values_of_every_sort_count_as_missing() -> None:
    rows = 300
    full = pd.DataFrame({"x": np.arange(rows) / 7, "k": ["a", "b", "c"] * 100, "i": range(rows)})
    holed = full.astype({"i": "Int64"}).copy()
    holed.loc[:59, "x"] = np.nan
    holed.loc[:29, "k"] = None
    holed.loc[:14, "i"] = pd.NA
    comparison = mw.compare(reference=full, current=holed)
    shares = {name: column(comparison, name)["missing"]["current"] for name in ("x", "k", "i")}
    assert shares == {"x": pytest.approx(0.2), "k": pytest.approx(0.1), "i": pytest.approx(0.05)}


@pytest.mark.parametrize(("shift", "expected"), [(0.0, "ok"), (0.35, "warning"), (0.6, "critical")])
def test_the_levels_are_those_of_the_pack(shift: float, expected: str) -> None:
    rng = np.random.default_rng(3)
    comparison = mw.compare(reference={"x": rng.normal(size=20000)}, current={"x": rng.normal(shift, 1, 20000)})
    found = column(comparison, "x")
    assert found["status"] == expected
    value = found["metrics"]["psi"]["value"]
    assert {"ok": value < 0.1, "warning": 0.1 < value < 0.25, "critical": value > 0.25}[expected]


def test_nothing_is_told_below_the_noise_floor() -> None:
    rng = np.random.default_rng(4)
    comparison = mw.compare(reference={"x": rng.normal(size=5000)}, current={"x": rng.normal(size=40)})
    psi = column(comparison, "x")["metrics"]["psi"]
    assert psi["value"] > 0.1  # by chance alone: 40 rows in ten bins
    assert psi["noise_floor"] > psi["value"]
    assert column(comparison, "x")["status"] == "ok"


def test_many_unchanged_columns_stay_quiet() -> None:
    rng = np.random.default_rng(5)
    reference = {f"x{i}": rng.normal(size=1000) for i in range(200)}
    current = {f"x{i}": rng.normal(size=200) for i in range(200)}
    comparison = mw.compare(reference=reference, current=current)
    passed = sum(each.metrics["psi"].value > each.metrics["psi"].noise_floor > 0.1 for each in comparison.columns)
    assert passed > 0  # 1 in 100 passes its floor
    assert comparison.drifted_share == 0.0  # and none the false-discovery rate


def test_only_the_columns_asked_for(before: Columns, after: Columns) -> None:
    comparison = mw.compare(reference=before, current=after, columns=["income", "active"])
    assert [each.name for each in comparison.columns] == ["income", "active"]
    assert comparison.status is Status.OK
    assert [each.name for each in mw.compare(reference=before, current=after, columns="age").columns] == ["age"]


@pytest.mark.parametrize("given", [{"columns": ["agee"]}, {"time": "agee"}])
def test_an_unknown_column_is_told_with_the_likeliest_one(given: dict[str, Any], before: Columns) -> None:
    with pytest.raises(UnknownName, match=r"'agee'.*age, income.*did you mean 'age'"):
        mw.compare(reference=before, current=before, **given)


@pytest.mark.parametrize("table", [7, "no/such/file.parquet", {"a": [1, 2], "b": [1]}])
def test_what_is_no_table_is_refused(table: object, before: Columns) -> None:
    with pytest.raises(InputError):
        mw.compare(reference=before, current=table)


def test_a_frame_has_one_row_per_column_and_metric(before: Columns, after: Columns) -> None:
    comparison = mw.compare(reference=before, current=after)
    frame = comparison.to_frame()
    assert frame.select("column", "metric").is_unique().all()
    assert frame.height == sum(len(each.metrics) for each in comparison.columns)
    row = frame.row(by_predicate=(pl.col("column") == "age") & (pl.col("metric") == "psi"), named=True)
    assert row["value"] == column(comparison, "age")["metrics"]["psi"]["value"]
    assert row["status"] == "critical"


def test_a_frame_without_columns_has_its_headings() -> None:
    assert mw.compare(reference={"t": [[1]]}, current={"t": [[1]]}).to_frame().columns[:3] == [
        "column",
        "kind",
        "metric",
    ]


def test_it_shows_itself_as_text(before: Columns, after: Columns) -> None:
    text = repr(mw.compare(reference=before, current=after))
    first, *rest = text.splitlines()
    assert first == "critical: 2 of 4 columns drifted (4,000 rows of reference, 3,000 rows now)"
    assert any(line.startswith("age ") and "critical" in line for line in rest)
    assert "independent" in text


def test_independence_is_said_where_it_is_assumed(before: Columns) -> None:
    result = plain(mw.compare(reference=before, current=before))
    assert result["noise"] == "independent_rows"
    assert "independent" in result["notes"][0]


def test_a_table_against_itself_is_fine() -> None:
    columns = make(np.random.default_rng(6), 500)
    comparison = mw.compare(reference=columns, current=columns)
    assert comparison.status is Status.OK
    assert comparison.drifted_share == 0.0
    assert comparison.quality == ()
