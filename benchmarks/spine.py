"""How fast the spine is on the flight year: ingest, label, profile and run, beside what nothing can beat.

Every round is a process of its own, so that peak memory is that round's. Figures are medians of three rounds;
ratios are to a floor measured in the same round: reading the Parquet file, and one histogram per column.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from modelwatch.app import Home
from modelwatch.collect.canonical import canonical_predictions
from modelwatch.demo import FLIGHT_DELAY, FLIGHTS
from modelwatch.domain.instants import parse_instant
from modelwatch.profile import Plan, profile_batch, slice_batch
from modelwatch.work import load_watched
from modelwatch.work.truth import layout_of

ROUNDS = 3
BINS = 200
PREDICTIONS, LABELS = FLIGHTS / "predictions.parquet", FLIGHTS / "labels.parquet"
# Each stage with the floor it is held against.
STAGES = {
    "parquet read": "",
    "histograms": "",
    "ingest": "parquet read",
    "label": "parquet read",
    "profile": "histograms",
    "run": "histograms",
}


def main() -> None:
    """Print the table, or with `--round` the figures of one round as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--round", action="store_true", help="measure once in this process, print JSON")
    if parser.parse_args().round:
        print(json.dumps(measure()))
        return
    rounds = [_round() for _ in range(ROUNDS)]
    medians = {
        stage: {key: statistics.median(each[stage][key] for each in rounds) for key in rounds[0][stage]}
        for stage in STAGES
    }
    print(f"{'stage':<14}{'rows':>9}{'wall s':>9}{'CPU s':>9}{'rows/CPU s':>13}  times its floor")
    for stage, floor in STAGES.items():
        found = medians[stage]
        beside = "" if not floor else f"{found['cpu'] / medians[floor]['cpu']:.1f} x {floor}"
        print(
            f"{stage:<14}{found['rows']:>9,.0f}{found['wall']:>9.2f}{found['cpu']:>9.2f}"
            f"{found['rows'] / found['cpu']:>13,.0f}  {beside}".rstrip()
        )
    year = sum(medians[stage]["wall"] for stage in ("ingest", "label", "run"))
    memory = statistics.median(each["peak"]["megabytes"] for each in rounds)
    print(f"the year, ingested, labelled and run: {year:.1f} s; peak memory {memory:,.0f} MB")


def measure() -> dict[str, dict[str, float]]:
    """One round on a fresh home; the floors and the profiler by itself come after the peak was read."""
    rows, labels = (pl.scan_parquet(path).select(pl.len()).collect().item() for path in (PREDICTIONS, LABELS))
    found: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as folder, Home.open(Path(folder) / "home", write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        found["ingest"] = _timed(rows, lambda: home.ingest(FLIGHT_DELAY, [PREDICTIONS]))
        found["label"] = _timed(labels, lambda: home.label(FLIGHT_DELAY, [LABELS]))
        found["run"] = _timed(rows, lambda: home.run(FLIGHT_DELAY, until=parse_instant("2014-01-02")))
        # Linux counts in kilobytes, macOS in bytes.
        unit = 2**20 if sys.platform == "darwin" else 2**10
        found["peak"] = {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}
        frame = pl.read_parquet(PREDICTIONS)
        plan, canonical = _prepared(home, frame)
    found["parquet read"] = _timed(rows, lambda: pl.read_parquet(PREDICTIONS))
    found["histograms"] = _timed(rows, lambda: histograms(frame))
    found["profile"] = _timed(rows, lambda: (profile_batch(plan, canonical), slice_batch(plan, canonical)))
    return found


def histograms(frame: pl.DataFrame) -> list[np.ndarray]:
    """One histogram per column: of numbers by value, of words by code."""
    counted: list[np.ndarray] = []
    for column in frame.iter_columns():
        if column.dtype.is_numeric():
            values = column.drop_nulls().to_numpy()
            counted.append(np.histogram(values, bins=BINS)[0])
        elif column.dtype == pl.String and column.name != "prediction_id":
            counted.append(np.bincount(column.cast(pl.Categorical).to_physical().to_numpy()))
    return counted


def _prepared(home: Home, frame: pl.DataFrame) -> tuple[Plan, pl.DataFrame]:
    with home.state.reading() as tx:
        watched = load_watched(tx, home.catalog, FLIGHT_DELAY)
    assert watched.plan is not None
    received = time.time_ns() // 1000
    layout = layout_of(watched.monitor)
    return watched.plan, canonical_predictions(frame, layout, received=received, digest="", first_row=1).frame


def _timed(rows: int, work: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), _cpu_seconds()
    work()
    return {"rows": rows, "wall": time.perf_counter() - wall, "cpu": _cpu_seconds() - cpu}


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _round() -> dict[str, dict[str, float]]:
    command = [sys.executable, __file__, "--round"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
