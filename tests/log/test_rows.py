"""Files as canonical rows: batch by batch, with their arrival, their digest and the place of each row."""

from __future__ import annotations

import gzip
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import parse_instant
from modelwatch.log.rows import canonical_files, canonical_rows, check_files
from modelwatch.log.tables import LABELS, PREDICTIONS

ARRIVAL = parse_instant("2024-02-01")
LAYOUT = Layout(
    features={"temp": ColumnKind.NUMERIC},
    task=Task.BINARY,
    id="prediction_id",
    timestamp="timestamp",
    score="score",
    declared=frozenset({"score"}),
)
ROWS = pl.DataFrame(
    {"prediction_id": ["a", "b"], "timestamp": ["2024-01-01", "2024-01-02"], "score": [0.1, 0.9], "temp": [1.5, 2.5]}
)
TRUTHS = pl.DataFrame({"prediction_id": ["a", "b"], "label": [0, 1]})


def rows_of(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    return canonical_rows(frame, LAYOUT, table, outcome="label", received=ARRIVAL, digest="d").frame


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The same rows in a typed file and in one whose values are all text."""
    ROWS.write_parquet(tmp_path / "one.parquet")
    ROWS.with_columns(prediction_id=pl.Series(["c", "d"])).write_csv(tmp_path / "two.csv")
    return [tmp_path / "one.parquet", tmp_path / "two.csv"]


def test_the_table_says_what_rows_become() -> None:
    predictions, labels = rows_of(ROWS, PREDICTIONS), rows_of(TRUTHS, LABELS)
    assert predictions["score"].to_list() == [0.1, 0.9]
    assert labels["label"].to_list() == [0.0, 1.0]
    assert labels["outcome"].to_list() == ["label", "label"]


def test_files_come_in_order_each_batch_with_its_arrival(files: list[Path]) -> None:
    arrivals = count(ARRIVAL)
    found = list(canonical_files(files, LAYOUT, PREDICTIONS, outcome="label", clock=lambda: next(arrivals)))
    assert [received for _, received in found] == [ARRIVAL, ARRIVAL + 1]
    assert [rows.frame["prediction_id"].to_list() for rows, _ in found] == [["a", "b"], ["c", "d"]]
    # A CSV file holds text only: its numbers and times are read as what they say.
    assert [rows.frame["temp"].to_list() for rows, _ in found] == [[1.5, 2.5], [1.5, 2.5]]


def test_a_row_that_is_refused_is_told_by_its_place_in_the_file(tmp_path: Path) -> None:
    frame = ROWS.with_columns(score=pl.Series([0.1, 7.0]))
    frame.write_parquet(tmp_path / "odd.parquet")
    [(rows, _)] = canonical_files(
        [tmp_path / "odd.parquet"], LAYOUT, PREDICTIONS, outcome="label", clock=lambda: ARRIVAL
    )
    assert rows.frame["prediction_id"].to_list() == ["a"]
    assert rows.quarantine.select("row", "field").rows() == [(2, "score")]


def test_progress_counts_the_rows_of_all_files_once_a_batch_is_done_with(files: list[Path]) -> None:
    told: list[tuple[int, int | None, str]] = []
    batches = canonical_files(
        files[:1], LAYOUT, PREDICTIONS, outcome="label", clock=lambda: ARRIVAL, progress=lambda *each: told.append(each)
    )
    next(batches)
    assert told == []
    assert list(batches) == []
    assert told == [(2, 2, "read one.parquet")]


def test_how_many_rows_there_are_is_unknown_where_a_file_does_not_tell(files: list[Path]) -> None:
    zipped = files[1].with_name("two.csv.gz")
    zipped.write_bytes(gzip.compress(files[1].read_bytes()))
    told: list[tuple[int, int | None, str]] = []
    for _ in canonical_files(
        [files[0], zipped],
        LAYOUT,
        PREDICTIONS,
        outcome="label",
        clock=lambda: ARRIVAL,
        progress=lambda *each: told.append(each),
    ):
        pass
    assert told == [(2, None, "read one.parquet"), (4, None, "read two.csv.gz")]


@pytest.mark.parametrize(("table", "fine"), [(PREDICTIONS, ROWS), (LABELS, TRUTHS)])
def test_every_file_is_checked_for_the_columns_it_must_have(tmp_path: Path, table: str, fine: pl.DataFrame) -> None:
    fine.write_parquet(tmp_path / "fine.parquet")
    pl.DataFrame({"x": [1]}).write_parquet(tmp_path / "none.parquet")
    check_files([tmp_path / "fine.parquet"], LAYOUT, table, outcome="label")
    with pytest.raises(InputError, match=r"^none\.parquet"):
        check_files([tmp_path / "fine.parquet", tmp_path / "none.parquet"], LAYOUT, table, outcome="label")


def test_what_files_may_lack_is_a_warning(tmp_path: Path, files: list[Path]) -> None:
    ROWS.drop("timestamp").write_parquet(tmp_path / "timeless.parquet")
    assert check_files(files, LAYOUT, PREDICTIONS, outcome="label") == ()
    warnings = check_files([*files, tmp_path / "timeless.parquet"], LAYOUT, PREDICTIONS, outcome="label")
    assert any("timestamp" in each for each in warnings)
