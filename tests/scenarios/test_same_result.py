"""However the rows come, and however often the process is killed, the same measurements and incidents come out."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.demo import FLIGHT_DELAY as KEY
from modelwatch.demo import FLIGHTS
from modelwatch.domain.instants import DAY, HOUR, format_instant, parse_instant
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.slices import ALL_ROWS

START, END = parse_instant("2013-03-01"), parse_instant("2013-04-15T12:00:00Z")
Frames = tuple[pl.DataFrame, pl.DataFrame]
Facts = dict[tuple[Series, int], tuple[Any, ...]]


def facts(home: Home) -> Facts:
    """The last revision of every measurement: exact counts and states, values to nine digits."""
    return {(m.series, m.window.start): _fact(m) for m in every_measurement(home)}


def every_measurement(home: Home) -> list[Measurement]:
    slices = [ALL_ROWS, *home.slices(KEY)]
    return [m for slice_ in slices for m in home.metrics(KEY, slice=slice_)]


def _fact(measurement: Measurement) -> tuple[Any, ...]:
    digits = None if measurement.value is None else f"{measurement.value:.9g}"
    return digits, measurement.n, str(measurement.status), measurement.reason


def told(home: Home) -> list[dict[str, Any]]:
    """The incidents without the moments at which messages were delivered."""
    return [{key: value for key, value in incident.items() if key != "notified"} for incident in home.incidents(KEY)]


def write(folder: Path, name: str, frame: pl.DataFrame) -> Path:
    path = folder / f"{name}.parquet"
    frame.write_parquet(path)
    return path


@pytest.fixture(scope="module")
def clean(spring: Frames, tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, list[dict[str, Any]]]:
    """What the rows in order, the labels after them and one run give."""
    folder = tmp_path_factory.mktemp("clean")
    with Home.open(folder / "home", write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        home.ingest(KEY, [write(folder, "predictions", spring[0])])
        home.label(KEY, [write(folder, "labels", spring[1])])
        home.run(KEY, until=END)
        return facts(home), told(home)


def test_hour_by_hour_equals_one_go(spring: Frames, clean: Any, tmp_path: Path) -> None:
    predictions, labels = spring
    steps = [*range(START, START + 2 * DAY, HOUR), *range(START + 2 * DAY, END, 25 * HOUR), END]
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        for start, end in zip([0, *steps], steps, strict=False):
            for frame, take in ((predictions, home.ingest), (labels, home.label)):
                instant = pl.col("timestamp").dt.epoch("us")
                part = frame.filter((instant > start) & (instant <= end))
                if part.height:
                    take(KEY, [write(tmp_path, "part", part)])
            home.run(KEY, until=end)
        assert facts(home) == clean[0]
        assert told(home) == clean[1]


def test_shuffled_rows_repeats_and_early_labels_change_nothing(spring: Frames, clean: Any, tmp_path: Path) -> None:
    predictions, labels = spring
    day = pl.col("timestamp").dt.date()
    shuffled = predictions.sample(fraction=1.0, shuffle=True, seed=1).sort(day, maintain_order=True)
    repeats = shuffled.sample(fraction=0.05, seed=2)
    mixed = pl.concat([shuffled, repeats]).sort(day, maintain_order=True)
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        home.label(KEY, [write(tmp_path, "labels", labels.sample(fraction=1.0, shuffle=True, seed=3))])
        receipt = home.ingest(KEY, [write(tmp_path, "predictions", mixed)])
        assert (receipt.accepted, receipt.duplicates) == (predictions.height, repeats.height)
        home.run(KEY, until=END)
        assert facts(home) == clean[0]
        assert told(home) == clean[1]


def test_late_rows_end_in_the_same_last_revisions(spring: Frames, clean: Any, tmp_path: Path) -> None:
    predictions, labels = spring
    late = predictions.gather_every(40)
    with Home.open(tmp_path / "home", write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        home.ingest(KEY, [write(tmp_path, "most", predictions.join(late, on="prediction_id", how="anti"))])
        home.label(KEY, [write(tmp_path, "labels", labels)])
        home.run(KEY, until=END - 2 * DAY)
        home.ingest(KEY, [write(tmp_path, "late", late)])
        home.run(KEY, until=END)
        assert facts(home) == clean[0]
        assert any(m.revision > 1 for m in home.metrics(KEY, metric="psi"))


VERBS: Sequence[Sequence[str]] = (
    ("ingest", "flight-delay", "predictions.parquet"),
    ("label", "flight-delay", "labels.parquet"),
    ("run", "flight-delay", "--until", format_instant(END)),
)


def test_twenty_kills_change_nothing(spring: Frames, clean: Any, tmp_path: Path) -> None:
    write(tmp_path, "predictions", spring[0])
    write(tmp_path, "labels", spring[1])
    command = [str(Path(sys.executable).with_name("modelwatch")), "--home", "home"]
    subprocess.run([*command, "apply", str(FLIGHTS / "monitor.yaml")], cwd=tmp_path, check=True, capture_output=True)
    started = time.monotonic()
    subprocess.run([*command, "show", "flight-delay"], cwd=tmp_path, check=True, capture_output=True)
    start_up = time.monotonic() - started
    random.seed(20)
    for verb, kills in zip(VERBS, (6, 4, 10), strict=True):
        hits = 0
        # A process that ends before its time is no kill: the next one gets another moment.
        for _ in range(20 * kills):
            hits += killed([*command, *verb], tmp_path, random.uniform(0.7, 1.0) * start_up + random.uniform(0.0, 1.2))
            if hits == kills:
                break
        assert hits == kills
        subprocess.run([*command, *verb], cwd=tmp_path, check=True, capture_output=True)
    with Home.open(tmp_path / "home") as home:
        assert facts(home) == clean[0]
        assert told(home) == clean[1]
        messages = [m["change"] for incident in home.incidents(KEY) for m in incident["notified"]]
        assert messages
        assert all(m["delivered"] for incident in home.incidents(KEY) for m in incident["notified"])


def killed(command: Sequence[str], folder: Path, after: float) -> bool:
    """Whether the process was still at work when it was killed."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + after
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    at_work = process.poll() is None
    process.send_signal(signal.SIGKILL) if at_work else None
    process.wait()
    return at_work
