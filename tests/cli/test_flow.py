"""The verbs in their order on a real home: from data without description to an incident that is looked after."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from modelwatch.cli import main

START = datetime(2024, 1, 1, tzinfo=UTC)
ROWS = 60
FILES = (".yaml", ".parquet", ".csv")


def rows(first: int, days: int, *, seed: int) -> pl.DataFrame:
    """Scored rows of whole days; from day 40 on `temp` is missing."""
    rng = np.random.default_rng(seed)
    n = days * ROWS
    when = [START + timedelta(days=first + d, minutes=20 * i) for d in range(days) for i in range(ROWS)]
    temp = rng.normal(10, 3, n)
    score = 1 / (1 + np.exp(-(temp - 10) / 3))
    frame = pl.DataFrame(
        {
            "prediction_id": [f"p{first}-{i}" for i in range(n)],
            "timestamp": when,
            "model_version": ["1"] * n,
            "temp": temp,
            "line": rng.choice(["red", "blue"], n),
            "score": score,
            "label": (rng.random(n) < score).astype(int),
        }
    )
    late = pl.col("timestamp") >= START + timedelta(days=40)
    return frame.with_columns(pl.when(~late).then("temp").alias("temp"))


class Program:
    """The program with a home of its own; names of files are those of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: object) -> str:
        placed = [str(self.folder / word) if str(word).endswith(FILES) else str(word) for word in words]
        told = CliRunner().invoke(main, ["--home", str(self.folder / "home"), *placed])
        assert told.exit_code == 0, told.stderr
        assert told.stderr == ""
        return told.stdout

    def json(self, *words: object) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A home in which everything up to `run` has happened."""
    folder = tmp_path_factory.mktemp("flow")
    program = Program(folder)
    rows(0, 30, seed=1).write_parquet(folder / "reference.parquet")
    served = rows(30, 13, seed=2)
    served.drop("label").write_parquet(folder / "served.parquet")
    labels = served.select("prediction_id", "label", timestamp=pl.col("timestamp") + timedelta(hours=2))
    labels.write_csv(folder / "labels.csv")
    program("init", "line-late", "--reference", "reference.parquet", "-o", "monitor.yaml")
    program("apply", "monitor.yaml")
    program("ingest", "line-late", "served.parquet")
    program("label", "line-late", "labels.csv")
    program("event", "line-late", "--kind", "deployment", "--at", "2024-02-10")
    program("run", "--until", "2024-02-13T12:00:00Z")
    return program


def test_init_wrote_a_specification_of_what_it_saw(program: Program) -> None:
    text = (program.folder / "monitor.yaml").read_text()
    assert "model: line-late" in text
    assert "task: binary" in text
    assert "path: reference.parquet" in text
    shown = program.json("show", "line-late")
    assert shown["columns"]["features"] == {"temp": "numeric", "line": "categorical"}
    assert "model: line-late" in program("init", "line-late", "--reference", "reference.parquet")


def test_init_does_not_write_over_a_file(program: Program) -> None:
    words = ["init", "line-late", "--reference", "reference.parquet", "-o", "monitor.yaml"]
    with pytest.raises(AssertionError, match=r"monitor.yaml is there already"):
        program(*words)
    told = program(*words, "--force").splitlines()
    assert told[0].endswith(
        "monitor.yaml: task binary; id prediction_id, timestamp timestamp, version model_version, score score, "
        "label label; 2 features"
    )
    assert "  check line 4: timezone: UTC: days start at midnight here; name" in told[1]


def test_doing_it_again_changes_nothing(program: Program) -> None:
    [applied] = program.json("apply", "monitor.yaml")
    assert applied["changed"] is False
    receipt = program.json("ingest", "line-late", "served.parquet")
    assert (receipt["accepted"], receipt["duplicates"]) == (0, 13 * ROWS)
    ran = program.json("run", "--until", "2024-02-13T12:00:00Z")
    assert (ran["windows"], ran["opened"]) == (0, 0)


def test_measurements_are_there(program: Program) -> None:
    found = program.json(
        "metrics", "line-late", "--metric", "missing_share", "--column", "temp", "--since", "2024-02-08"
    )
    assert [each["value"] for each in found] == [0.0, 0.0, 1.0, 1.0, 1.0][: len(found)]
    [auc] = program.json(
        "metrics", "line-late", "--metric", "roc_auc", "--since", "2024-02-01", "--until", "2024-02-02"
    )[:1]
    assert auc["status"] in ("ok", "not_computed")
    sliced = program.json("metrics", "line-late", "--metric", "rows", "--slice", "line=red")
    assert {each["slice"]["line"] for each in sliced} <= {"red"}


def test_the_gap_is_an_incident_that_somebody_looks_after(program: Program) -> None:
    [fault] = [each for each in program.json("incidents") if each["cause"]["kind"] == "data_fault"]
    assert fault["cause"]["columns"] == ["temp"]
    assert fault["severity"] == "critical"
    assert program.json("ack", fault["id"], "--who", "ann")["state"] == "acknowledged"
    commented = program.json("comment", fault["id"], "the sensor is off", "--who", "ann")
    assert any("the sensor is off" in moment["text"] for moment in commented["timeline"])
    program("silence", fault["id"], "--until", "2024-03-01", "--who", "ann")
    assert fault["id"] in [each["id"] for each in program.json("incidents", "line-late", "--state", "open")]
    assert "data_fault" in program("incidents", "line-late")
