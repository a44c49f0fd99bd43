"""Settings that all tests share: property-based tests have no deadline and make the same choices each time.

`pytest --hypothesis-profile=explore` makes new choices instead, to look for what nobody thought of.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("house")


@pytest.fixture
def serving() -> Iterator[Callable[[Path], str]]:
    """Serve a home in a process of its own, and return its address; it is told to stop at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(home: Path) -> str:
        command = [str(Path(sys.executable).with_name("modelwatch")), "--home", str(home), "serve", "--port", "0"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        started.append(process)
        address = home / "server.json"
        ended = monotonic() + 60
        while not address.is_file():
            assert process.poll() is None, process.communicate()[1]
            assert monotonic() < ended, "it did not begin to listen"
            sleep(0.05)  # another process: nothing tells when its file is there
        return str(json.loads(address.read_bytes())["url"])

    yield serve
    for process in started:
        process.terminate()
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
