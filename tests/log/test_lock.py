"""The home's lock: one process has it, others are told who, and it ends with the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modelwatch.domain.errors import HomeError
from modelwatch.log import HomeLock

HOLD = """
import sys, time
from pathlib import Path
from modelwatch.log import HomeLock
lock = HomeLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_another_process_is_refused_with_the_holders_id_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(HomeError, match=f"is in use by process {child.pid}: wait"):
            HomeLock.acquire(path)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        with HomeLock.acquire(path):
            assert path.read_text() == f"{os.getpid()}\n"


def test_a_lock_that_was_given_back_can_be_taken_again(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = HomeLock.acquire(path)
    with pytest.raises(HomeError):
        HomeLock.acquire(path)
    first.release()
    first.release()
    HomeLock.acquire(path).release()


def test_a_lock_in_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="cannot be opened: No such file"):
        HomeLock.acquire(tmp_path / "none" / "lock")
