"""Short windows while they are open: told at once of what can only turn out badly, and of nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, MINUTE, SECOND, Window, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.work.early import GLANCED, next_glance

KEY = ModelKey("fast")
START = parse_instant("2024-05-01T12:00:00Z")
MONITOR = """
model: fast
task: none
columns: {id: id, timestamp: at, version: v, features: {x: numeric, y: numeric}}
reference: {path: reference.parquet}
windows: {size: 1m, lateness: 0s, spans: [1]}
"""


def rows(start: int, end: int, *, broken: bool = False, per_second: int = 2) -> pl.DataFrame:
    """Two rows a second in `[start, end)` after `START`, in seconds; broken ones have no `x`."""
    at = range(START + start * SECOND, START + end * SECOND, SECOND // per_second)
    frame = pl.DataFrame({"at": pl.Series(at).cast(pl.Datetime("us", "UTC"))}).with_row_index()
    place = pl.col("index") + start * per_second
    return frame.select(
        pl.format("{}", place).alias("id"),
        "at",
        pl.lit("1").alias("v"),
        pl.lit(None, pl.Float64).alias("x") if broken else (place * 37 % 101).cast(pl.Float64).alias("x"),
        (place * 53 % 89).cast(pl.Float64).alias("y"),
    )


class Live:
    """A home that is watched as a server watches it, by a clock of its own."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home, self._folder, self._files = home, folder, 0

    def send(self, frame: pl.DataFrame) -> None:
        self._files += 1
        path = self._folder / f"rows{self._files}.parquet"
        frame.write_parquet(path)
        self.home.ingest(KEY, [path])

    def watch(self, *seconds: float) -> list[Any]:
        """Watch at a time; the clock goes on to the last of several while rows are read."""
        times = iter([*seconds, *[seconds[-1]] * 9])
        self.due = self.home.watch(KEY, lambda: START + round(next(times) * SECOND))
        return self.home.incidents(KEY)


@pytest.fixture
def live(tmp_path: Path) -> Live:
    rows(-86_400, -83_000).write_parquet(tmp_path / "reference.parquet")
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    home = Home.open(tmp_path / "home", write=True)
    home.apply(tmp_path / "monitor.yaml")
    made = Live(home, tmp_path)
    made.send(rows(0, 180))
    assert made.watch(180) == []
    return made


def test_it_is_looked_at_every_quarter_of_a_short_window(live: Live) -> None:
    assert live.due == START + 195 * SECOND
    live.watch(196)
    assert live.due == START + 210 * SECOND
    live.watch(226)
    assert live.due == START + 240 * SECOND


def test_a_column_that_is_gone_is_told_before_the_window_closes(live: Live) -> None:
    live.send(rows(180, 183))
    live.send(rows(183, 198, broken=True))
    (incident,) = live.watch(198)
    assert (incident["severity"], incident["cause"]["kind"]) == ("critical", "data_fault")
    assert incident["cause"]["columns"] == ["x"]
    assert incident["opened"] == "2024-05-01T12:03:18Z"
    verdict = incident["verdicts"][0]
    assert verdict["value"] == pytest.approx(30 / 36)
    assert len(live.home.incidents(KEY)[0]["notified"]) == 1


def test_it_is_told_once_however_often_it_is_looked_at(live: Live) -> None:
    live.send(rows(180, 195, broken=True))
    live.watch(195)
    live.send(rows(195, 210, broken=True))
    live.watch(210)
    live.send(rows(210, 240, broken=True))
    (incident,) = live.watch(240)
    assert len(incident["notified"]) == 1
    assert incident["state"] == "open"


def test_a_fault_that_the_rest_of_the_window_may_make_up_for_waits(live: Live) -> None:
    live.send(rows(180, 190, broken=True))
    assert live.watch(195) == []
    live.send(rows(190, 240))
    # A sixth of the window: a warning, when it closes.
    (incident,) = live.watch(240)
    assert incident["severity"] == "warning"


def test_what_was_told_early_is_what_a_run_over_the_closed_window_finds(live: Live, tmp_path: Path) -> None:
    live.send(rows(180, 210, broken=True))
    live.watch(210)
    live.send(rows(210, 300))
    (early,) = live.watch(300)
    with Home.open(tmp_path / "again", write=True) as home:
        home.apply(tmp_path / "monitor.yaml")
        home.ingest(KEY, sorted(tmp_path.glob("rows*.parquet")))
        home.run(KEY, until=START + 300 * SECOND)
        (late,) = home.incidents(KEY)
    for name in ("severity", "peak", "title", "window", "state", "firing"):
        assert early[name] == late[name], name
    # The worst that was seen: early on it was all of the rows.
    assert [(each["rule"], each["column"]) for each in early["verdicts"]] == [
        ("missing_share:all:above_reference_by", "x")
    ]
    assert [each["value"] for each in (*early["verdicts"], *late["verdicts"])] == [1.0, 0.5]
    assert early["opened"] < late["opened"]


def test_rows_that_lie_ahead_are_not_looked_at(live: Live) -> None:
    live.send(rows(180, 240, broken=True))
    assert live.watch(195) == []


def test_rows_that_came_while_others_were_read_are_looked_at(live: Live) -> None:
    live.send(rows(180, 197, broken=True))
    assert live.watch(195) == []
    live.send(rows(197, 198, broken=True))
    (incident,) = live.watch(195, 198)
    assert incident["severity"] == "critical"


def test_a_version_without_a_past_waits_for_the_end(live: Live) -> None:
    live.send(rows(180, 198, broken=True).with_columns(pl.lit("2").alias("v")))
    assert live.watch(198) == []


def test_a_run_by_hand_does_not_look_at_open_windows(live: Live) -> None:
    live.send(rows(180, 198, broken=True))
    live.home.run(KEY, until=START + 198 * SECOND)
    assert live.home.incidents(KEY) == []


def test_long_windows_wait_for_their_end() -> None:
    assert next_glance(GLANCED, Window(0, GLANCED), 0) == GLANCED // 4
    assert next_glance(GLANCED + MINUTE, Window(0, GLANCED + MINUTE), 0) is None
    assert next_glance(DAY, Window(0, DAY), 0) is None
