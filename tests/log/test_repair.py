"""After a power cut: what was not forced to the disk may be gone, and the spool brings all of it back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import polars as pl
import pytest

from modelwatch.domain.errors import HomeError
from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake, Spool, flush
from modelwatch.log.commits import entry_path
from modelwatch.log.durable import sync_path
from modelwatch.log.tables import TABLES

Rows = Callable[..., pl.DataFrame]
NOW = 2**51
TEARS: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "zeros": lambda content: content[: len(content) // 2] + b"\x00" * (len(content) - len(content) // 2),
}


class PowerCut(BaseException):
    """The end of everything that was not forced."""


class Disk:
    """Remembers what was forced, and goes dark after some calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.forced: list[Path] = []

    def sync(self, path: Path) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise PowerCut
        sync_path(path)
        self.forced.append(path)

    def tear(self, lake: Path, choice: random.Random, *tears: str) -> int:
        """Take from most files what was not forced: their content, or their names in the folders."""
        torn = 0
        for path in sorted(path for path in lake.rglob("*") if path.is_file()):
            tear = choice.choice(tears)
            if choice.random() < 0.8 and not self._holds(path, lake, named=tear == "gone"):
                tear_file(path, tear)
                torn += 1
        return torn

    def _holds(self, path: Path, lake: Path, *, named: bool) -> bool:
        """Whether content, and if asked also the name, were forced."""
        if path not in self.forced:
            return False
        after = self.forced[self.forced.index(path) :]
        folders = [parent for parent in path.parents if parent.is_relative_to(lake)]
        return not named or all(folder in after for folder in folders)


def tear_file(path: Path, tear: str) -> None:
    left = TEARS[tear](path.read_bytes())
    if left is None:
        path.unlink()
    else:
        path.write_bytes(left)


def fill(spool: Spool, key: ModelKey, predictions: Rows, labels: Rows) -> None:
    spool.append(key, "predictions", predictions(*range(20)), received=NOW)
    spool.append(key, "predictions", pl.concat([predictions(*range(10, 30)), predictions(3, temp=7)]), received=NOW)
    spool.append(key, "labels", labels(*range(12)), received=NOW)


def contents(lake: Lake, key: ModelKey) -> list[pl.DataFrame]:
    found: list[pl.DataFrame] = []
    for name in TABLES:
        rows = lake.scan(key, name).collect()
        # Each row is folded once, too.
        folded = [commit.read() for commit in lake.commits(key, name, after=-1) if commit.files]
        assert sum(frame.height for frame in folded) == rows.height
        found.append(rows.select(sorted(rows.columns)).sort(sorted(rows.columns)))
    return found


@pytest.fixture
def whole(tmp_path: Path, key: ModelKey, predictions: Rows, labels: Rows) -> list[pl.DataFrame]:
    with Spool(tmp_path / "whole.sqlite") as spool:
        fill(spool, key, predictions, labels)
        lake = Lake(tmp_path / "whole")
        flush(spool, lake, commit_rows=20)
    return contents(lake, key)


@pytest.mark.slow
def test_a_power_cut_at_any_time_costs_nothing(
    tmp_path: Path, key: ModelKey, predictions: Rows, labels: Rows, whole: list[pl.DataFrame]
) -> None:
    choice = random.Random(5)
    torn = 0
    for calls in count():
        home = tmp_path / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        disk = Disk(calls)
        with Spool(home / "spool.sqlite") as spool:
            fill(spool, key, predictions, labels)
            try:
                flush(spool, Lake(home / "lake", sync=disk.sync), commit_rows=20)
                break
            except PowerCut:
                torn += disk.tear(home / "lake", choice, *TEARS)
        with Spool(home / "spool.sqlite") as spool:
            lake = Lake(home / "lake")
            flush(spool, lake, commit_rows=20)
            assert spool.pending() == {}
        for found, expected in zip(contents(lake, key), whole, strict=True):
            assert found.equals(expected)
    assert calls > 40
    assert torn > 40


@pytest.mark.slow
def test_what_a_killed_flush_did_not_force_the_next_one_does(
    tmp_path: Path, key: ModelKey, predictions: Rows, labels: Rows, whole: list[pl.DataFrame]
) -> None:
    choice = random.Random(6)
    for calls in range(0, 45, 2):
        home = tmp_path / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        killed, patient = Disk(calls), Disk(10**9)
        with Spool(home / "spool.sqlite") as spool:
            fill(spool, key, predictions, labels)
            with pytest.raises(PowerCut):
                flush(spool, Lake(home / "lake", sync=killed.sync), commit_rows=20)
            flush(spool, Lake(home / "lake", sync=patient.sync), commit_rows=20)
        patient.forced = killed.forced + patient.forced
        patient.tear(home / "lake", choice, *TEARS)
        for found, expected in zip(contents(Lake(home / "lake"), key), whole, strict=True):
            assert found.equals(expected)


def test_without_forcing_the_loss_would_be_seen(tmp_path: Path, key: ModelKey, predictions: Rows, labels: Rows) -> None:
    lying = Lake(tmp_path / "lake", sync=lambda _: None)
    with Spool(tmp_path / "spool.sqlite") as spool:
        fill(spool, key, predictions, labels)
        flush(spool, lying)
        assert Disk(0).tear(tmp_path / "lake", random.Random(1), "empty") > 5
        spool.append(key, "predictions", predictions(99), received=NOW)
        with pytest.raises(HomeError, match=r"is not whole|cannot be opened"):
            flush(spool, Lake(tmp_path / "lake"))


def test_a_checkpoint_that_was_not_forced_is_done_without(tmp_path: Path, key: ModelKey, predictions: Rows) -> None:
    for tear in TEARS:
        home = tmp_path / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        with Spool(home / "spool.sqlite") as spool:
            lake = Lake(home / "lake")
            for number in range(19):
                spool.append(key, "predictions", predictions(number), received=NOW)
                flush(spool, lake)
            disk = Disk(0)
            spool.append(key, "predictions", predictions(19), received=NOW)
            with pytest.raises(PowerCut):
                flush(spool, Lake(home / "lake", sync=disk.sync))
            log = lake.path(key, "predictions") / "_delta_log"
            assert list(log.glob("*.checkpoint.parquet"))
            for path in log.glob("*checkpoint*"):
                tear_file(path, tear)
            flush(spool, Lake(home / "lake"))
        rows = Lake(home / "lake").scan(key, "predictions").collect()
        assert rows["prediction_id"].sort().to_list() == sorted(f"f{number}" for number in range(20))


def test_a_torn_entry_whose_rows_have_left_the_spool_is_left_alone(
    spool: Spool, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    for number in (1, 2):
        spool.append(key, "predictions", predictions(number), received=NOW)
        flush(spool, lake)
    entry = entry_path(lake.path(key, "predictions"), 1)
    entry.write_bytes(b"")
    spool.append(key, "predictions", predictions(3), received=NOW)
    with pytest.raises(HomeError, match=f"{entry.name} is not whole: it is empty"):
        flush(spool, lake)
    assert entry.exists()
    assert sum(spool.pending().values()) == 1


def test_a_new_spool_does_not_take_away_what_it_cannot_bring_back(
    tmp_path: Path, lake: Lake, key: ModelKey, predictions: Rows
) -> None:
    with Spool(tmp_path / "old.sqlite") as spool:
        for number in (1, 2):
            spool.append(key, "predictions", predictions(number), received=NOW)
            flush(spool, lake)
    entry = entry_path(lake.path(key, "predictions"), 1)
    entry.write_bytes(entry.read_bytes()[:-10])
    with Spool(tmp_path / "new.sqlite") as spool:
        spool.append(key, "predictions", predictions(3), received=NOW)
        with pytest.raises(HomeError, match="does not have its rows"):
            flush(spool, lake)
    assert entry.exists()


def test_an_entry_that_lacks_a_file_is_seen(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    frame = TABLES["predictions"].stored(predictions(1, 9, 17)).drop("source_row")
    lake.commit(key, "predictions", frame, app_id="modelwatch-x", version=1)
    entry = entry_path(lake.path(key, "predictions"), 0)
    lines = entry.read_text().splitlines()
    lines.remove(next(line for line in lines if line.startswith('{"add"')))
    entry.write_text("\n".join(lines))
    with pytest.raises(HomeError, match="it names 2 of 3 files"):
        lake.commits(key, "predictions", after=-1)


@pytest.mark.parametrize("cut", range(1, 400, 23))
def test_an_entry_cut_anywhere_is_seen(cut: int, lake: Lake, key: ModelKey, predictions: Rows) -> None:
    frame = TABLES["predictions"].stored(predictions(1, 9, 17)).drop("source_row")
    lake.commit(key, "predictions", frame, app_id="modelwatch-x", version=1)
    entry = entry_path(lake.path(key, "predictions"), 0)
    content = entry.read_bytes()
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    for length in {len(content) * cut // 400, *ends}:
        entry.write_bytes(content[:length])
        assert lake.repair(key, "predictions", forwarded=None) == [0]
        entry.with_name(entry.name + ".torn").unlink()
    entry.write_bytes(content)
    assert lake.repair(key, "predictions", forwarded=None) == []


def test_a_data_file_with_other_bytes_is_seen(lake: Lake, key: ModelKey, predictions: Rows) -> None:
    frame = TABLES["predictions"].stored(predictions(*range(8))).drop("source_row")
    lake.commit(key, "predictions", frame, app_id="modelwatch-x", version=1)
    (file,) = lake.commits(key, "predictions", after=-1)[0].files
    swapped = frame.with_columns(pl.col("temp").reverse()).drop("day")
    content = file.path.read_bytes()
    swapped.write_parquet(file.path)
    padded = file.path.read_bytes()
    assert len(padded) != len(content)
    entry = entry_path(lake.path(key, "predictions"), 0)
    entry.write_text(entry.read_text().replace(f'"size":{len(content)}', f'"size":{len(padded)}'))
    assert lake.repair(key, "predictions", forwarded=None) == [0]
