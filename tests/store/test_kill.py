"""A process that is killed while it writes leaves whole transactions only, and all it said were committed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modelwatch.domain.names import ModelKey
from modelwatch.store import State, cursors, models, profiles

# Each transaction writes one window of 200 versions and the cursor, and tells its number once committed. The
# blobs are larger than SQLite's cache, so that pages reach the disk before the commit does.
WRITER = """
import sys, pathlib
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, cursors, models, profiles

with State.open(pathlib.Path(sys.argv[1])) as state:
    stop_at = int(sys.argv[2])
    for number in range(1, 1000):
        with state.transaction() as tx:
            model_id = models.find(tx, ModelKey("m"))
            blob = number.to_bytes(4, "big") * 4000
            profiles.put_many(tx, model_id, [(str(i), number, number + 1, blob) for i in range(200)])
            if number == stop_at:
                print("inside", flush=True)
                sys.stdin.read()
            cursors.set_to(tx, model_id, "predictions", number)
        print(number, flush=True)
"""


@contextmanager
def writer(path: Path, *, stop_at: int) -> Iterator[subprocess.Popen[str]]:
    """Run the program above, and kill it in the end."""
    command = [sys.executable, "-c", WRITER, str(path), str(stop_at)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A state with one model."""
    made = tmp_path / "state.sqlite"
    with State.create(made) as state, state.transaction() as tx:
        models.ensure(tx, ModelKey("m"))
    return made


def check_whole(path: Path, told: int) -> int:
    """Hold the state to what a reader may expect, and return the last transaction it has."""
    with State.open(path) as state, state.reading() as tx:
        model_id = models.find(tx, ModelKey("m"))
        last = cursors.get(tx, model_id, "predictions") or 0
        rows = profiles.get_many(tx, model_id, 0, 10_000)
    assert last >= told
    assert len(rows) == 200 * last
    assert all(row.blob == row.start.to_bytes(4, "big") * 4000 for row in rows)
    return last


def test_a_kill_inside_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    with writer(path, stop_at=2) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(2)]
    assert lines == ["1", "inside"]
    assert check_whole(path, told=1) == 1


def test_reading_goes_on_while_another_process_writes(path: Path) -> None:
    with writer(path, stop_at=2) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(2)]
        assert lines == ["1", "inside"]
        with State.open(path, read_only=True) as state, state.reading() as tx:
            assert cursors.get(tx, models.find(tx, ModelKey("m")), "predictions") == 1


@pytest.mark.parametrize("told", [1, 2, 3, 5, 8])
def test_a_kill_at_any_moment_loses_nothing_that_was_told(path: Path, told: int) -> None:
    with writer(path, stop_at=0) as process:
        assert process.stdout is not None
        for number in range(1, told + 1):
            assert process.stdout.readline().strip() == str(number)
    check_whole(path, told=told)
