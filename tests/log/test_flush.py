"""The flush: whatever the order, cut and repeats, the lake holds every row once, and all else is counted."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelwatch.collect import Layout, canonical_predictions
from modelwatch.collect.quarantine import QUARANTINE_TYPES
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import HomeError
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log import Lake, Progress, Spool, flush

Rows = Callable[..., pl.DataFrame]
NOW = 2**51


def table(lake: Lake, key: ModelKey, name: str = "predictions") -> pl.DataFrame:
    """All rows of a table in one order."""
    rows = lake.scan(key, name).collect()
    return rows.select(sorted(rows.columns)).sort(sorted(rows.columns))


def counts(receipt: Receipt) -> tuple[int, int, int]:
    return receipt.accepted, receipt.duplicates, receipt.quarantined


def test_rows_go_to_the_lake_and_leave_the_spool(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows, labels: Rows
) -> None:
    spool.append(key, "predictions", predictions(*range(20)), received=NOW)
    spool.append(key, "labels", labels(*range(5)), received=NOW)
    assert flush(spool, lake) == {
        (key, "predictions"): Receipt(accepted=20),
        (key, "labels"): Receipt(accepted=5),
    }
    assert spool.pending() == {}
    rows = table(lake, key)
    assert rows.height == 20
    assert rows["day"].to_list() == rows["timestamp"].dt.date().to_list()
    assert "source_row" not in rows.columns
    assert flush(spool, lake) == {}


def test_an_equal_repeat_is_a_duplicate_and_a_different_one_a_conflict(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    first = predictions(1, 2, 3)
    spool.append(key, "predictions", pl.concat([first, predictions(2), predictions(3, temp=9)]), received=NOW)
    assert counts(flush(spool, lake)[key, "predictions"]) == (3, 1, 1)
    before = table(lake, key)
    spool.append(key, "predictions", pl.concat([first, predictions(2, temp=7)]), received=NOW)
    receipt = flush(spool, lake)[key, "predictions"]
    assert counts(receipt) == (0, 3, 1)
    assert [(fault.row, fault.field) for fault in receipt.faults] == [(3, "prediction_id")]
    assert table(lake, key).equals(before)
    quarantine = table(lake, key, "quarantine")
    assert quarantine["kind"].unique().to_list() == ["conflict"]
    assert quarantine["prediction_id"].sort().to_list() == ["f2", "f3"]


def test_identity_is_version_and_id_within_the_day(spool: Spool, lake: Lake, key: ModelKey, predictions: Rows) -> None:
    row = predictions(1)
    others = [
        row.with_columns(model_version=pl.lit("2")),
        row.with_columns(pl.col("timestamp").dt.offset_by("1d")),
        row.with_columns(prediction_id=pl.lit("other")),
    ]
    spool.append(key, "predictions", pl.concat([row, *others]), received=NOW)
    assert counts(flush(spool, lake)[key, "predictions"]) == (4, 0, 0)
    later_that_day = row.with_columns(pl.col("timestamp").dt.offset_by("1h"))
    spool.append(key, "predictions", later_that_day, received=NOW)
    assert counts(flush(spool, lake)[key, "predictions"]) == (0, 0, 1)


def test_labels_may_be_revised_but_not_repeated(spool: Spool, lake: Lake, key: ModelKey, labels: Rows) -> None:
    revised = pl.concat([labels(1, label=1), labels(1, label=0), labels(1, label=0, days=2)])
    for frame in (revised, revised):
        spool.append(key, "labels", frame, received=NOW)
    assert counts(flush(spool, lake)[key, "labels"]) == (3, 3, 0)
    assert table(lake, key, "labels").height == 3


@settings(max_examples=15)
@given(data=st.data())
def test_neither_order_nor_repeats_nor_cuts_change_the_table(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, key: ModelKey, predictions: Rows
) -> None:
    numbers = data.draw(st.lists(st.integers(0, 30), unique=True, min_size=1))
    repeated = data.draw(st.permutations([*numbers, *numbers[: 1 + len(numbers) // 4]]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(repeated)), max_size=3)))
    home = tmp_path_factory.mktemp("home")
    with Spool(home / "whole.sqlite") as spool:
        spool.append(key, "predictions", predictions(*numbers), received=NOW)
        whole = Lake(home / "whole")
        flush(spool, whole)
    with Spool(home / "parts.sqlite") as spool:
        parts = Lake(home / "parts")
        for start, end in zip([0, *cuts], [*cuts, len(repeated)], strict=True):
            spool.append(key, "predictions", predictions(*repeated[start:end]), received=NOW)
            if data.draw(st.booleans()):
                flush(spool, parts, commit_rows=data.draw(st.integers(1, 40)))
        flush(spool, parts)
    assert table(parts, key).equals(table(whole, key))


def test_a_shuffled_batch_with_repeats_gives_the_same_commit(tmp_path: Path, key: ModelKey, predictions: Rows) -> None:
    numbers = list(range(400))
    shuffled = [*numbers, *range(0, 400, 20)]
    random.Random(3).shuffle(shuffled)
    read: list[pl.DataFrame] = []
    for name, sent in (("plain", numbers), ("shuffled", shuffled)):
        with Spool(tmp_path / f"{name}.sqlite") as spool:
            spool.append(key, "predictions", predictions(*sent), received=NOW)
            lake = Lake(tmp_path / name)
            receipt = flush(spool, lake)[key, "predictions"]
            assert counts(receipt) == (400, len(sent) - 400, 0)
        (commit,) = lake.commits(key, "predictions", after=-1)
        read.append(commit.read())
    assert read[0].equals(read[1])


def test_rows_that_were_refused_on_the_way_in_count_for_their_table_once(
    spool: Spool, lake: Lake, key: ModelKey
) -> None:
    layout = Layout(task=Task.BINARY, features={"temp": ColumnKind.NUMERIC}, id="id")
    source = pl.DataFrame({"id": ["a", None, None, "d"], "temp": [1.0, 2.0, 2.0, None]})
    for received, expected in ((NOW, (2, 0, 2)), (NOW + 10**6, (0, 2, 2))):
        batch = canonical_predictions(source, layout, received=NOW, digest="file", first_row=1)
        quarantine = batch.quarantine.with_columns(pl.lit(received).cast(pl.Datetime("us", "UTC")).alias("received"))
        spool.append(key, "predictions", batch.frame, quarantine, received=received)
        receipts = flush(spool, lake)
        assert set(receipts) == {(key, "predictions")}
        assert counts(receipts[key, "predictions"]) == expected
    assert table(lake, key, "quarantine")["row"].sort().to_list() == [2, 3]


def test_only_the_first_faults_are_told(spool: Spool, lake: Lake, key: ModelKey) -> None:
    rows = [{"source_table": "labels", "row": row, "field": "id", "reason": "no"} for row in range(1, 101)]
    spool.append(key, "labels", pl.DataFrame(schema={"x": pl.Int8}), pl.DataFrame(rows, schema=QUARANTINE_TYPES), received=NOW)  # fmt: skip  # noqa: E501
    receipt = flush(spool, lake)[key, "labels"]
    assert (receipt.quarantined, len(receipt.faults)) == (100, 20)


def test_a_column_may_be_added_and_old_rows_stay_duplicates(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    spool.append(key, "predictions", predictions(1), received=NOW)
    flush(spool, lake)
    wider = predictions(1, 2).with_columns(dewp=pl.when(pl.col("prediction_id") == "f2").then(0.5))
    spool.append(key, "predictions", wider, received=NOW)
    spool.append(key, "predictions", predictions(3), received=NOW)
    assert counts(flush(spool, lake)[key, "predictions"]) == (2, 1, 0)
    assert lake.scan(key, "predictions").sort("timestamp").collect()["dewp"].to_list() == [None, 0.5, None]


@pytest.mark.parametrize("at_once", [True, False])
def test_values_of_a_changed_kind_are_quarantined_and_the_other_rows_go_on(
    at_once: bool, spool: Spool, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    spool.append(key, "predictions", predictions(1), received=NOW)
    if not at_once:
        flush(spool, lake)
    changed = predictions(2, 3).with_columns(temp=pl.Series(["warm", None], dtype=pl.String))
    spool.append(key, "predictions", changed, received=NOW)
    receipt = flush(spool, lake)[key, "predictions"]
    assert receipt.quarantined == 1
    assert receipt.faults[0].reason == "temp is String here but Float64 in the lake: give the changed column a new name"
    rows = lake.scan(key, "predictions").sort("timestamp").collect()
    assert rows.select("prediction_id", "temp").rows() == [("f1", 0.125), ("f3", None)]
    assert '"temp":"warm"' in table(lake, key, "quarantine")["original"].item()


def test_models_and_their_tables_are_apart(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows, labels: Rows
) -> None:
    other = ModelKey("other", env="test", project="b")
    for each in (key, other):
        spool.append(each, "predictions", predictions(1, 2), received=NOW)
        spool.append(each, "labels", labels(1), received=NOW)
    receipts = flush(spool, lake)
    assert {where: receipt.accepted for where, receipt in receipts.items()} == {
        (key, "predictions"): 2,
        (key, "labels"): 1,
        (other, "predictions"): 2,
        (other, "labels"): 1,
    }
    assert table(lake, key).equals(table(lake, other))


def test_commits_are_of_about_the_wanted_size_and_progress_is_told(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    for start in range(0, 50, 10):
        spool.append(key, "predictions", predictions(*range(start, start + 10)), received=NOW)
    told: list[Progress] = []
    flush(spool, lake, commit_rows=25, on_progress=told.append)
    assert [each.rows for each in lake.commits(key, "predictions", after=-1)] == [20, 20, 10]
    assert [(each.done, each.total) for each in told] == [(20, 50), (40, 50), (50, 50)]


def test_a_batch_of_nothing_new_makes_no_commit(spool: Spool, lake: Lake, key: ModelKey, predictions: Rows) -> None:
    for _ in range(3):
        spool.append(key, "predictions", predictions(1), received=NOW)
        flush(spool, lake)
    assert lake.latest_version(key, "predictions") == 0
    assert lake.latest_version(key, "quarantine") == -1


def test_a_spool_that_came_back_from_a_backup_loses_nothing(
    tmp_path: Path, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    path = tmp_path / "spool.sqlite"
    Spool(path).close()
    backup = path.read_bytes()
    with Spool(path) as spool:
        spool.append(key, "predictions", predictions(1), received=NOW)
        flush(spool, lake)
    path.write_bytes(backup)
    with Spool(path) as spool:
        spool.renew()
        # Its first request has the number of one that the lake knows.
        spool.append(key, "predictions", predictions(1, 2), received=NOW)
        assert counts(flush(spool, lake)[key, "predictions"]) == (1, 1, 0)


def test_a_flush_that_was_killed_after_its_commit_is_finished_not_repeated(
    tmp_path: Path, key: ModelKey, predictions: Rows
) -> None:
    path = tmp_path / "spool.sqlite"
    with Spool(path) as spool:
        spool.append(key, "predictions", pl.concat([predictions(1, 2), predictions(2, temp=9)]), received=NOW)
    before = path.read_bytes()
    with Spool(path) as spool:
        flush(spool, Lake(tmp_path / "lake"))
    path.write_bytes(before)
    forced: list[Path] = []
    lake = Lake(tmp_path / "lake", sync=forced.append)
    with Spool(path) as spool:
        assert flush(spool, lake) == {}
        assert spool.pending() == {}
        for name in ("predictions", "quarantine"):
            assert spool.forwarded(key, name) == 0
            assert {file.path for file in lake.commits(key, name, after=-1)[0].files} <= set(forced)
    assert (table(lake, key).height, table(lake, key, "quarantine").height) == (2, 1)


def test_rows_of_a_table_that_there_is_not_stop_the_flush(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    spool.append(key, "predictionz", predictions(1), received=NOW)
    with pytest.raises(HomeError, match="a table 'predictionz'"):
        flush(spool, lake)


def test_only_one_model_is_flushed_if_it_is_named(spool: Spool, lake: Lake, key: ModelKey, predictions: Rows) -> None:
    other = ModelKey("other")
    for each in (key, other):
        spool.append(each, "predictions", predictions(1, 2), received=NOW)
    seen: list[Progress] = []
    assert flush(spool, lake, only=other, on_progress=seen.append) == {(other, "predictions"): Receipt(accepted=2)}
    assert seen == [Progress(2, 2)]
    assert spool.pending() == {(key, "predictions"): 2}
    assert lake.latest_version(key, "predictions") == -1
