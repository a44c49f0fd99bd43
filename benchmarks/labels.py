"""What a day with very many rows costs: predictions folded, then labels joined, each in a process of its own.

Every commit of labels reaches into every hour of the day: the worst order for the index that they are joined by.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey

KEY = ModelKey("busy")
FILE_ROWS = 500_000  # the lake takes them in commits of a tenth of that
START = parse_instant("2026-03-02")
MONITOR = """
model: busy
task: binary
columns: {id: id, timestamp: at, version: version, score: score,
  features: {amount: numeric, country: categorical}, segments: [country]}
labels: {expected: 1d, horizon: 7d}
windows: {size: 1d, lateness: 0h, spans: [1]}
reference: {path: part.parquet}
"""


def main() -> None:
    """Print what each stage took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--home", type=Path, help="where to make the home, or one whose rows were sent already")
    parser.add_argument("--stage", choices=sorted(STAGES), help="do one stage in this process, print JSON")
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(_measured(lambda: STAGES[given.stage](given.home, given.rows))))
        return
    with TemporaryDirectory() as folder:
        home = given.home or Path(folder) / "home"
        for stage in ("send", "fold", "join"):
            if stage == "send" and home.exists():
                continue
            asked = ["--stage", stage, "--home", str(home), "--rows", str(given.rows)]
            done = subprocess.run([sys.executable, __file__, *asked], check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{stage:<6}{given.rows:>12,} rows: {found['wall']:>7.1f} s, "
                f"{found['cpu']:>7.1f} CPU s, memory at most {found['megabytes']:,.0f} MB",
                flush=True,
            )


def send(folder: Path, rows: int) -> None:
    """Put predictions and labels into the home's lake, file by file; nothing is folded yet."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    monitor, part = folder.parent / "monitor.yaml", folder.parent / "part.parquet"
    monitor.write_text(MONITOR)
    _predictions(pl.int_range(0, rows, max(1, rows // 100_000), eager=True), rows).write_parquet(part)
    with Home.open(folder, write=True) as home:
        home.apply(monitor)
        for first in range(0, rows, FILE_ROWS):
            place = pl.int_range(first, min(first + FILE_ROWS, rows), eager=True)
            _predictions(place, rows).write_parquet(part)
            home.ingest(KEY, [part])
        stride = -(-rows // FILE_ROWS)
        for first in range(stride):
            _labels(pl.int_range(first, rows, stride, eager=True)).write_parquet(part)
            home.label(KEY, [part])


def fold(folder: Path, _rows: int) -> None:
    """Fold the predictions and close their day."""
    with Home.open(folder, write=True) as home:
        home.run(KEY, until=START + DAY + HOUR)


def join(folder: Path, rows: int) -> None:
    """Join the labels and measure their day."""
    with Home.open(folder, write=True) as home:
        home.run(KEY, until=START + 2 * DAY)
        [mean] = home.metrics(KEY, metric="label_mean")
        assert mean.n == rows, f"{mean.n} of {rows} labels were joined"


STAGES: dict[str, Callable[[Path, int], None]] = {"send": send, "fold": fold, "join": join}


def _ids(place: pl.Series) -> pl.Series:
    """Names without order or common beginnings, as random ones have."""
    # Multiplying by an odd number turns 64-bit words round without two of them meeting.
    words = place.cast(pl.UInt64).to_numpy() * 0x9E3779B97F4A7C15
    return pl.Series("id", words).cast(pl.String)


def _predictions(place: pl.Series, rows: int) -> pl.DataFrame:
    at = START + place * (DAY // rows)
    return pl.DataFrame(
        {
            "id": _ids(place),
            "at": at.cast(pl.Datetime("us", "UTC")),
            "version": pl.Series(["1"]).new_from_index(0, place.len()),
            "score": (place % 997) / 997,
            "amount": (place % 1009).cast(pl.Float64),
            "country": (place % 7).cast(pl.String),
        }
    )


def _labels(place: pl.Series) -> pl.DataFrame:
    at = pl.Series([START + DAY + 6 * HOUR]).new_from_index(0, place.len())
    return pl.DataFrame({"id": _ids(place), "at": at.cast(pl.Datetime("us", "UTC")), "label": (place % 3 == 0)})


def _measured(work: Callable[[], None]) -> dict[str, float]:
    wall = time.perf_counter()
    work()
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 2**20 if sys.platform == "darwin" else 2**10  # Linux counts in kilobytes, macOS in bytes
    return {
        "wall": time.perf_counter() - wall,
        "cpu": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / unit,
    }


if __name__ == "__main__":
    main()
