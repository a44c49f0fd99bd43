"""On a full disk rows are refused, reads go on, and once there is room again so do writes; nothing answered is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from served import ARROW, Served, arrow_bytes

pytestmark = [pytest.mark.system, pytest.mark.slow]

POST = "/v1/models/flood/predictions"
MEGABYTES = 12


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(disk)]
    if os.name != "posix" or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root on Linux")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def body(number: int, rows: int = 2_000) -> bytes:
    ids = pl.Series("prediction_id", [f"{number}-{row}" for row in range(rows)])
    values = pl.Series("value", [hash((number, row)) % 2**61 for row in range(rows)])
    at = pl.Series("timestamp", [time.time_ns() // 1000]).new_from_index(0, rows)
    return arrow_bytes(pl.DataFrame([ids, at, values]))


def test_full_and_emptied_again(small: Path, tmp_path: Path) -> None:
    answered: list[int] = []
    with Served(small / "home") as served:
        served.log = tmp_path / "log"
        served.start()
        for number in range(1_000):
            answer = served.post(POST, body(number), ARROW)
            if answer.status != 200:
                break
            answered.append(number)
        assert (answer.status, "retry-after" in answer.headers) == (507, True), served.log.read_text()
        for path in ("/v1/models", "/metrics", "/healthz", "/readyz"):
            assert served.get(path).status == 200, path
        # A full disk once more, by others, down to the last block.
        filler = small / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        assert served.post(POST, body(-1), ARROW).status == 507
        filler.unlink(missing_ok=True)
        subprocess.run(["mount", "-o", f"remount,size={8 * MEGABYTES}m", str(small)], check=True)
        assert served.post(POST, body(-2), ARROW).status == 200
        answered.append(-2)
        assert served.stop()[0] == 0
        stored = served.stored("predictions")
    counts = dict(stored.group_by(pl.col("prediction_id").str.extract(r"^(-?\d+)-")).len().iter_rows())
    assert counts == {str(number): 2_000 for number in answered}
