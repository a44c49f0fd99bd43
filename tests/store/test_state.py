"""What a state promises on every engine: all or nothing, views that hold still, one writer, clear words."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from modelwatch.domain.errors import DurabilityError, HomeError
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, clock, cursors, models, profiles
from modelwatch.store.dialect import meaning
from modelwatch.store.profiles import PROFILE


def count(state: State) -> int:
    with state.reading() as tx:
        return tx.execute(select(func.count()).select_from(PROFILE)).scalar_one()


def test_what_was_committed_is_there_at_the_next_opening(state: State, model_id: int, tmp_path: Path) -> None:
    with state.transaction() as tx:
        cursors.set_to(tx, model_id, "predictions", 7)
    state.close()
    with State.open(tmp_path / "state.sqlite") as again, again.reading() as tx:
        assert cursors.get(tx, model_id, "predictions") == 7


def test_an_exception_undoes_all_of_a_transaction(state: State, model_id: int) -> None:
    def fail_half_way() -> None:
        with state.transaction() as tx:
            profiles.put_many(tx, model_id, [("1", 0, 10, b"a")])
            cursors.set_to(tx, model_id, "predictions", 7)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert count(state) == 0
    with state.reading() as tx:
        assert cursors.get(tx, model_id, "predictions") is None


def test_a_failing_statement_undoes_what_came_before_it(state: State, model_id: int) -> None:
    def fail_half_way() -> None:
        with state.transaction() as tx:
            profiles.put_many(tx, model_id, [("1", 0, 10, b"a")])
            profiles.put_many(tx, model_id + 1, [("1", 0, 10, b"a")])

    with pytest.raises(IntegrityError):
        fail_half_way()
    assert count(state) == 0


def test_a_row_belongs_to_a_model_that_exists(state: State) -> None:
    with pytest.raises(IntegrityError), state.transaction() as tx:
        clock.advance(tx, 99, 0)


def test_an_upsert_replaces_the_row_of_its_key_and_no_other(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        for owner in (model_id, other_id):
            profiles.put_many(tx, owner, [("1", 0, 10, b"old"), ("1", 10, 20, b"old"), ("2", 0, 10, b"old")])
        profiles.put_many(tx, model_id, [("1", 0, 10, b"new"), ("3", 0, 10, b"new")])
    with state.reading() as tx:
        mine = {(row.version, row.start): row.blob for row in profiles.get_many(tx, model_id, 0, 100)}
        others = {row.blob for row in profiles.get_many(tx, other_id, 0, 100)}
    assert mine == {("1", 0): b"new", ("1", 10): b"old", ("2", 0): b"old", ("3", 0): b"new"}
    assert others == {b"old"}


def test_writing_nothing_is_allowed(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [])
    assert count(state) == 0


def test_a_reading_sees_one_moment_while_a_writer_goes_on(state: State, model_id: int) -> None:
    with state.reading() as tx:
        assert profiles.get_many(tx, model_id, 0, 100) == []
        with state.transaction() as writing:
            profiles.put_many(writing, model_id, [("1", 0, 10, b"a")])
            assert profiles.get_many(tx, model_id, 0, 100) == []
        assert profiles.get_many(tx, model_id, 0, 100) == []
    assert count(state) == 1


def test_a_transaction_sees_its_own_writes(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [("1", 0, 10, b"a")])
        assert [row.blob for row in profiles.get_many(tx, model_id, 0, 100)] == [b"a"]


def test_a_reading_cannot_write(state: State, model_id: int) -> None:
    with pytest.raises(HomeError, match="reading only"), state.reading() as tx:
        cursors.set_to(tx, model_id, "predictions", 7)


def test_a_state_opened_read_only_cannot_write(state: State, tmp_path: Path) -> None:
    with State.open(tmp_path / "state.sqlite", read_only=True) as reader:
        with reader.reading() as tx:
            assert models.known(tx) == {}
        with pytest.raises(HomeError, match="reading only"), reader.transaction():
            pass


def test_a_read_only_state_sees_what_another_process_commits(state: State, model_id: int, tmp_path: Path) -> None:
    with State.open(tmp_path / "state.sqlite", read_only=True) as reader:
        assert count(reader) == 0
        with state.transaction() as tx:
            profiles.put_many(tx, model_id, [("1", 0, 10, b"a")])
        assert count(reader) == 1


def test_a_second_writer_is_refused_while_the_first_writes(state: State, tmp_path: Path) -> None:
    with State.open(tmp_path / "state.sqlite", busy_seconds=0.01) as second, state.transaction():
        with pytest.raises(HomeError, match="busy: another process is writing"), second.transaction():
            pass
        with pytest.raises(HomeError, match="busy"):
            State.open(tmp_path / "state.sqlite", busy_seconds=0.01)


def test_the_second_writer_goes_on_when_the_first_is_done(state: State, model_id: int, tmp_path: Path) -> None:
    with State.open(tmp_path / "state.sqlite", busy_seconds=0.01) as second:
        with state.transaction() as tx:
            cursors.set_to(tx, model_id, "predictions", 1)
        with second.transaction() as tx:
            assert cursors.get(tx, model_id, "predictions") == 1
            cursors.set_to(tx, model_id, "predictions", 2)
    with state.reading() as tx:
        assert cursors.get(tx, model_id, "predictions") == 2


def test_a_transaction_within_a_transaction_is_refused(state: State) -> None:
    refusal = pytest.raises(HomeError, match="another part of this process")
    with state.transaction(), refusal, state.transaction():
        pass


def test_threads_take_turns(tmp_path: Path) -> None:
    # A generous wait: a busy machine must not fail the test.
    with State.create(tmp_path / "state.sqlite", busy_seconds=60) as state:
        with state.transaction() as tx:
            model_id = models.ensure(tx, ModelKey("m"))

        def add() -> None:
            for _ in range(10):
                with state.transaction() as tx:
                    cursors.set_to(tx, model_id, "t", (cursors.get(tx, model_id, "t") or 0) + 1)

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with state.reading() as tx:
            assert cursors.get(tx, model_id, "t") == 40


def test_the_file_is_kept_as_durability_demands(state: State) -> None:
    with state.transaction() as tx:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "mmap_size")
        found = {name: tx.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0}


def test_closing_leaves_one_file(state: State, model_id: int, tmp_path: Path) -> None:
    assert count(state) == 0  # opens a reading connection too
    state.close()
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite"]


@pytest.mark.parametrize("name", ["a b", "50%", "what?", "#1", "é"])
def test_any_folder_may_hold_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with State.create(folder / "state.sqlite") as made, made.transaction() as tx:
        models.ensure(tx, ModelKey("m"))
    with State.open(folder / "state.sqlite", read_only=True) as opened, opened.reading() as tx:
        assert models.known(tx)


def test_what_is_not_there_is_not_opened(tmp_path: Path) -> None:
    for read_only in (False, True):
        with pytest.raises(HomeError, match="there is no modelwatch state"):
            State.open(tmp_path / "state.sqlite", read_only=read_only)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_database_is_told(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"prediction_id,score\n" * 100)
    with pytest.raises(HomeError, match="damaged"):
        State.open(path, read_only=read_only)
    assert path.read_bytes() == b"prediction_id,score\n" * 100


def test_a_damaged_page_is_told(state: State, model_id: int, tmp_path: Path) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [("1", start, start + 1, b"x" * 3000) for start in range(100)])
    state.close()
    path = tmp_path / "state.sqlite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    refusal = pytest.raises(HomeError, match="damaged")
    with State.open(path, read_only=True) as damaged, refusal, damaged.reading() as tx:
        profiles.get_many(tx, model_id, 0, 100)


@pytest.mark.parametrize("name", ["SQLITE_FULL", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_WRITE"])
def test_a_disk_that_refuses_is_told(name: str) -> None:
    error = sqlite3.OperationalError("disk")
    error.sqlite_errorname = name
    with pytest.raises(DurabilityError, match="not kept"), meaning("state.sqlite"):
        raise error


def test_a_full_disk_keeps_what_was_there(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [("1", 0, 10, b"a")])

    def write_too_much() -> None:
        with state.transaction() as tx:
            pages = tx.execute(text("PRAGMA page_count")).scalar_one()
            tx.execute(text(f"PRAGMA max_page_count = {pages}"))
            profiles.put_many(tx, model_id, [("1", 10, 20, b"b" * 100_000)])

    with pytest.raises(DurabilityError, match="full"):
        write_too_much()
    with state.reading() as tx:
        assert [row.blob for row in profiles.get_many(tx, model_id, 0, 100)] == [b"a"]
