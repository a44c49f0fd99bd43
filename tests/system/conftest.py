"""What system tests stand on: programs of the machine, processes that end with the test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from served import Served

PATIENCE_SECONDS = 30.0


class Missing(Exception):
    """A program that a system test needs is not on a machine where no test may be skipped."""


class Machine:
    """The machine as a test sees it; what was started here ends with the test, the last first."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack

    def program(self, *names: str) -> str:
        """The path of a program, under the first of its names that is there.

        Without it the test is skipped; with CI=true it fails, since nobody reads what a machine skipped.
        """
        for name in names:
            found = shutil.which(name)
            if found is not None:
                return found
        reason = f"{' or '.join(names)} is not installed: make services installs it on Debian"
        if os.environ.get("CI") == "true":
            raise Missing(reason)
        pytest.skip(reason)

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a process; its output goes to a file of the test's folder."""
        return self._stack.enter_context(_running([*command], self._folder / f"{name}.log"))

    def wait_for(self, what: str, found: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
        """Ask until the answer is true, and return it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = found()
            if answer:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {seconds:.0f} s")

    def get(self, url: str) -> bytes | None:
        """The body of an answer, None while nobody answers well."""
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return None

    def post(self, url: str, body: object) -> dict[str, Any]:
        """Send JSON; returns the answer, which must be a good one."""
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.loads(answer.read()))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(tmp_path, stack)


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served") / "home") as made:
        made.start()
        yield made
