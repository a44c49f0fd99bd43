"""The lake: commits land once and durably, are read back one by one, and changes of others are seen."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from modelwatch.domain.errors import DurabilityError, HomeError, InputError, UnknownName
from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake
from modelwatch.log.commits import entry_path, versions
from modelwatch.log.tables import TABLES

Rows = Callable[..., pl.DataFrame]
APP = "modelwatch-test"


def stored(frame: pl.DataFrame) -> pl.DataFrame:
    return TABLES["predictions"].stored(frame).drop("source_row")


def commit(lake: Lake, key: ModelKey, frame: pl.DataFrame, version: int) -> int:
    return lake.commit(key, "predictions", stored(frame), app_id=APP, version=version)


def ids(frame: pl.DataFrame | pl.LazyFrame) -> list[str]:
    return frame.lazy().collect()["prediction_id"].sort().to_list()


def test_what_is_committed_is_read_back_commit_by_commit(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    first, second = predictions(*range(20)), predictions(*range(20, 30))
    assert lake.latest_version(key, "predictions") == -1
    assert lake.schema(key, "predictions") == {}
    assert (commit(lake, key, first, 1), commit(lake, key, second, 2)) == (0, 1)
    found = lake.commits(key, "predictions", after=-1)
    assert [(each.version, each.foreign, each.rows) for each in found] == [(0, False, 20), (1, False, 10)]
    assert found[0].read().sort("timestamp").equals(stored(first).select(found[0].read().columns))
    assert [each.version for each in lake.commits(key, "predictions", after=0)] == [1]
    assert lake.commits(key, "predictions", after=1) == []
    assert lake.commits(key, "labels", after=-1) == []


def test_only_the_wanted_columns_are_read_and_unknown_ones_left_out(
    lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    commit(lake, key, predictions(1), 1)
    (only,) = lake.commits(key, "predictions", after=-1)
    assert only.read(["temp", "new", "day"]).rows() == [(0.125, date(2013, 3, 1))]


def test_a_day_is_one_file_of_a_commit(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(*range(40)), 1)
    (only,) = lake.commits(key, "predictions", after=-1)
    assert sorted((file.day, file.rows) for file in only.files) == [(date(2013, 3, day), 8) for day in range(1, 6)]


def test_a_transaction_lands_once(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    for _ in range(2):
        commit(lake, key, predictions(1, 2), 7)
    commit(lake, key, predictions(3), 6)
    assert lake.latest_version(key, "predictions") == 0
    assert lake.transaction_version(key, "predictions", APP) == 7
    assert lake.transaction_version(key, "predictions", "another") is None
    assert lake.transaction_version(key, "labels", APP) is None


def test_tables_of_other_models_are_apart(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(1), 1)
    assert lake.commits(ModelKey(key.model, env="test"), "predictions", after=-1) == []
    with pytest.raises(UnknownName, match="no predictions of default/other/prod yet"):
        lake.scan(ModelKey("other"), "predictions")


def test_a_scan_of_days_reads_no_other_file(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(*range(40)), 1)
    for file in lake.commits(key, "predictions", after=-1)[0].files:
        if file.day != date(2013, 3, 2):
            file.path.unlink()
    assert ids(lake.scan(key, "predictions", days=[date(2013, 3, 2)])) == sorted(f"f{n}" for n in range(8, 16))
    assert lake.scan(key, "predictions", days=[date(2020, 1, 1)]).collect().height == 0


def test_parts_are_whole_files_and_together_the_table(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    for version in range(5):
        commit(lake, key, predictions(*range(version * 3, version * 3 + 3)), version + 1)
    parts = [ids(part) for part in lake.parts(key, "predictions", rows=4)]
    assert [len(part) for part in parts] == [6, 6, 3]
    assert sorted(each for part in parts for each in part) == ids(lake.scan(key, "predictions"))
    assert [len(ids(part)) for part in lake.parts(key, "predictions", rows=15)] == [15, 0]
    with pytest.raises(UnknownName, match="no labels"):
        next(lake.parts(key, "labels"))


def test_columns_are_added_and_never_change_their_kind(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(1), 1)
    commit(lake, key, predictions(2).with_columns(dewp=pl.lit(0.5)), 2)
    rows = lake.scan(key, "predictions").sort("prediction_id").collect()
    assert rows["dewp"].to_list() == [None, 0.5]
    commit(lake, key, predictions(3), 3)
    for changed in (pl.lit("0.5"), pl.lit(5), pl.lit(True)):
        with pytest.raises(InputError, match=r"dewp is .* here but Float64 in the lake: give the changed"):
            commit(lake, key, predictions(4).with_columns(dewp=changed), 4)
    assert lake.latest_version(key, "predictions") == 2


@pytest.mark.parametrize("name", ["a b", "a.b", "é", "a,b;{}()=", "'x'", "%41", "x" * 200])
def test_columns_may_have_any_name(name: str, lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(1).with_columns(pl.lit(1.5).alias(name)), 1)
    assert lake.scan(key, "predictions").collect()[name].to_list() == [1.5]


@pytest.mark.parametrize("folder", ["a b", "a#b", "a?b", "é", "day=x", "a*"])
def test_a_home_may_have_almost_any_path(folder: str, tmp_path: Path, key: ModelKey, predictions: Rows) -> None:
    lake = Lake(tmp_path / folder / "lake")
    commit(lake, key, predictions(1), 1)
    assert ids(lake.scan(key, "predictions")) == ids(lake.commits(key, "predictions", after=-1)[0].read()) == ["f1"]


@pytest.mark.parametrize("character", "%[]\\^|\n")
def test_a_path_that_delta_cannot_handle_is_told(character: str, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="which Delta cannot handle: choose another home"):
        Lake(tmp_path / f"a{character}b" / "lake")


def test_every_file_and_folder_is_forced_before_a_commit_returns(
    tmp_path: Path, key: ModelKey, predictions: Rows
) -> None:
    forced: list[Path] = []
    lake = Lake(tmp_path / "home" / "lake", sync=forced.append)
    for version in range(45):
        before = len(forced)
        commit(lake, key, predictions(version), version)
        table = lake.path(key, "predictions")
        new = {path for path in table.rglob("*") if path.is_file()} - {path for path in forced if path.is_file()}
        assert new == set()
        entry = entry_path(table, version)
        assert forced.index(entry) < forced.index(entry.parent, before)
    folders = {path for path in forced if path.is_dir()}
    assert folders >= {
        tmp_path / "home",
        *(path for path in (tmp_path / "home" / "lake").rglob("*") if path.is_dir()),
    }
    assert list(table.glob("_delta_log/*.checkpoint.parquet"))


def test_a_disk_that_refuses_is_told_and_not_asked_again(tmp_path: Path, key: ModelKey, predictions: Rows) -> None:
    asked: list[Path] = []

    def refuse(path: Path) -> None:
        asked.append(path)
        raise OSError(5, "Input/output error", str(path))

    with pytest.raises(DurabilityError, match=r"refused to keep .* Input/output error"):
        commit(Lake(tmp_path / "lake", sync=refuse), key, predictions(1), 1)
    assert len(asked) == len(set(asked))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, key: ModelKey, predictions: Rows) -> None:
    (tmp_path / "lake").mkdir(mode=0o500)
    with pytest.raises(DurabilityError, match="could not be written"):
        commit(Lake(tmp_path / "lake"), key, predictions(1), 1)


def test_compaction_and_properties_bring_no_rows(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    for version in range(3):
        commit(lake, key, predictions(version), version)
    table = DeltaTable(str(lake.path(key, "predictions")))
    table.optimize.compact()
    table.alter.set_table_properties({"delta.deletedFileRetentionDuration": "interval 30 days"})
    commit(lake, key, predictions(9), 9)
    found = lake.commits(key, "predictions", after=-1)
    assert [(each.foreign, each.rows) for each in found] == [
        (False, 1),
        (False, 1),
        (False, 1),
        (False, 0),
        (False, 0),
        (False, 1),
    ]
    assert [row for each in found if each.files for row in ids(each.read())] == ["f0", "f1", "f2", "f9"]
    assert ids(lake.scan(key, "predictions")) == ["f0", "f1", "f2", "f9"]


def test_what_others_append_or_delete_is_foreign(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(*range(4)), 1)
    uri = str(lake.path(key, "predictions"))
    write_deltalake(uri, stored(predictions(7)), mode="append")
    DeltaTable(uri).delete("prediction_id = 'f1'")
    DeltaTable(uri).update(predicate="prediction_id = 'f2'", updates={"temp": "9.0"})
    commit(lake, key, predictions(8), 2)
    found = lake.commits(key, "predictions", after=-1)
    assert [(each.foreign, each.rows) for each in found] == [
        (False, 4),
        (True, 0),
        (True, 0),
        (True, 0),
        (False, 1),
    ]
    assert found[1].read().height == 0
    assert ids(lake.scan(key, "predictions")) == ["f0", "f2", "f3", "f7", "f8"]


def test_writers_and_maintenance_at_once_lose_nothing(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(0), 1)
    uri = str(lake.path(key, "predictions"))
    trouble: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            own = Lake(Path(uri).parents[3])
            for number in range(6):
                own.commit(
                    key,
                    "predictions",
                    stored(predictions(10 * writer + number)),
                    app_id=f"{APP}-{writer}",
                    version=number + 1,
                )
        except BaseException as error:  # noqa: BLE001
            trouble.append(error)

    def maintain() -> None:
        for _ in range(4):
            try:
                DeltaTable(uri).optimize.compact()
            except Exception:  # noqa: BLE001 (a compaction that lost the race is tried another day)
                continue

    threads = [threading.Thread(target=write, args=(writer,)) for writer in (1, 2)]
    threads.append(threading.Thread(target=maintain))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    expected = sorted(["f0", *(f"f{10 * writer + number}" for writer in (1, 2) for number in range(6))])
    assert ids(lake.scan(key, "predictions")) == expected
    folded = [row for each in lake.commits(key, "predictions", after=-1) for row in ids(each.read(["prediction_id"]))]
    assert sorted(folded) == expected


def test_a_log_with_a_gap_or_shorter_than_the_cursor_is_damaged(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    for version in range(3):
        commit(lake, key, predictions(version), version)
    with pytest.raises(HomeError, match="ends at version 2 or has a gap after version 5"):
        lake.commits(key, "predictions", after=5)
    entry_path(lake.path(key, "predictions"), 1).unlink()
    with pytest.raises(HomeError, match="gap"):
        lake.commits(key, "predictions", after=-1)
    assert [each.version for each in lake.commits(key, "predictions", after=1)] == [2]


def test_a_data_file_that_is_gone_or_damaged_is_told(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    commit(lake, key, predictions(1), 1)
    (only,) = lake.commits(key, "predictions", after=-1)
    path = only.files[0].path
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(HomeError, match="cannot be read again"):
        only.read()
    path.unlink()
    with pytest.raises(HomeError, match="cannot be read again"):
        only.read()


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b'{"commitInfo":{}}\n{"add":{"pa'])
def test_a_torn_entry_is_never_taken_for_an_empty_commit(
    content: bytes, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    commit(lake, key, predictions(1), 1)
    entry_path(lake.path(key, "predictions"), 1).write_bytes(content)
    for reading in (
        lambda: lake.scan(key, "predictions"),
        lambda: lake.commits(key, "predictions", after=0),
        lambda: lake.transaction_version(key, "predictions", APP),
    ):
        with pytest.raises(HomeError, match="is not whole"):
            reading()


def test_old_checkpoints_and_all_entries_stay(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    for version in range(42):
        commit(lake, key, predictions(version), version)
    assert versions(lake.path(key, "predictions")) == list(range(42))
    settings = DeltaTable(str(lake.path(key, "predictions"))).metadata().configuration
    assert settings["delta.enableExpiredLogCleanup"] == "false"
    assert ids(lake.scan(key, "predictions")) == sorted(f"f{number}" for number in range(42))
