"""Verbs on a home that a server holds: done by the server, with the same words, exit codes and results."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from modelwatch.app import Home
from modelwatch.cli import main
from served import Served

# The server watches by the clock, so the rows are of these days.
START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=34)
MONITOR = """
model: loans
task: binary
columns: {id: id, timestamp: at, score: score, features: {income: numeric}}
reference: {path: reference.parquet}
windows: {size: 1d, lateness: 0h, spans: [1]}
"""


def rows(first: int, days: int) -> pl.DataFrame:
    """Thirty rows a day; from day 32 on `income` is missing."""
    rng = np.random.default_rng(first)
    when = [START + timedelta(days=first + day, minutes=40 * i) for day in range(days) for i in range(30)]
    given = {"id": [f"{first}-{i}" for i in range(len(when))], "at": when, "income": rng.normal(50, 9, len(when))}
    frame = pl.DataFrame({**given, "score": rng.random(len(when)), "label": rng.integers(0, 2, len(when))})
    return frame.with_columns(income=pl.when(pl.col("at") < START + timedelta(days=32)).then("income"))


class Program:
    """The program, run in a folder of its own, as JSON where a verb has it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"

    def __call__(self, *words: object) -> Result:
        return CliRunner().invoke(main, ["--home", str(self.home), *map(str, words)])

    def json(self, *words: object) -> Any:
        told = self(*words, "--json")
        assert (told.exit_code, told.stderr) == (0, "")
        return json.loads(told.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    rows(0, 30).write_parquet(tmp_path / "reference.parquet")
    served = rows(30, 4)
    served.drop("label").write_parquet(tmp_path / "served.parquet")
    served.select(prediction_id="id", label="label", timestamp="at").write_csv(tmp_path / "labels.csv")
    return tmp_path


@pytest.mark.system
def test_every_verb_that_writes_is_done_by_the_server(folder: Path, serving: Callable[[Path], Served]) -> None:
    program = Program(folder)
    with Home.open(program.home, write=True):
        pass
    url = serving(program.home).url
    assert program.json("apply", folder / "monitor.yaml")[0]["changed"] is True
    assert program.json("apply", folder / "monitor.yaml")[0]["changed"] is False
    assert program.json("ingest", "loans", folder / "served.parquet")["accepted"] == 120
    assert program.json("label", "loans", folder / "labels.csv")["accepted"] == 120
    assert program.json("event", "loans", "--kind", "holiday", "--at", START.isoformat())["kind"] == "holiday"
    assert program.json("run").keys() >= {"rows", "windows", "opened"}
    [fault] = [each for each in program.json("incidents") if each["cause"]["kind"] == "data_fault"]
    assert program.json("ack", fault["id"], "--who", "ann")["state"] == "acknowledged"
    assert "comment: seen" in str(program.json("comment", fault["id"], "seen", "--who", "ann")["timeline"])
    assert program("silence", fault["id"], "--until", "2199-01-01", "--who", "ann").exit_code == 0
    assert len(program.json("metrics", "loans", "--metric", "rows")) >= 4
    assert program("report", "loans", "-o", folder / "loans.html").output == f"wrote {folder / 'loans.html'}\n"
    assert "Data fault" in (folder / "loans.html").read_text("utf-8")
    made = program.json("keys", "create", "grafana", "--scope", "read")
    # The key holds at once, and nobody is let in without one any more.
    asked = urllib.request.Request(f"{url}/v1/models", headers={"Authorization": f"Bearer {made['key']}"})
    with urllib.request.urlopen(asked) as answer:
        assert [each["model"] for each in json.load(answer)] == ["loans"]
    assert program("keys", "revoke", "grafana").exit_code == 0
    assert [each["revoked"] is None for each in program.json("keys", "list")] == [False]


@pytest.mark.system
def test_what_the_server_refuses_is_told_as_by_the_verb_itself(folder: Path, serving: Callable[[Path], Served]) -> None:
    alone, served = Program(folder / "a"), Program(folder / "b")
    wrong = folder / "wrong.yaml"
    wrong.write_text(MONITOR.replace("binary", "binry"))
    for program in (alone, served):
        assert program("apply", folder / "monitor.yaml").exit_code == 0
    serving(served.home)
    for words in (
        ["apply", wrong],
        ["ingest", "loans", folder / "none.parquet"],
        ["ingest", "nobody", folder / "served.parquet"],
        ["label", "loans", folder / "labels.csv", "--outcome", "fraud"],
        ["ack", 99],
        ["silence", 1, "--until", "2020-01-01"],
        ["keys", "revoke", "nobody"],
        ["keys", "create", " ", "--scope", "read"],
    ):
        here, there = alone(*words), served(*words)
        assert (here.exit_code, there.exit_code) == (2, 2)
        assert there.stderr.replace(str(served.home), "HOME") == here.stderr.replace(str(alone.home), "HOME")


def test_an_address_that_a_killed_server_left_behind_is_passed_over(folder: Path) -> None:
    program = Program(folder)
    assert program("apply", folder / "monitor.yaml").exit_code == 0
    (program.home / "server.json").write_text('{"url": "http://127.0.0.1:9", "token": "t", "process": 1}')
    assert program.json("ingest", "loans", folder / "served.parquet")["accepted"] == 120
