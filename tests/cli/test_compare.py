"""`compare` as a gate in a pipeline: files, exit codes, JSON and JUnit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

import modelwatch as mw
from modelwatch.cli import main

RNG = np.random.default_rng(61)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of one process, and one whose `x` has moved a little, and one that is no table."""
    path = tmp_path_factory.mktemp("files")
    for name, shift in (("a", 0.0), ("same", 0.0), ("moved", 0.35), ("far", 2.0)):
        frame = pl.DataFrame({"x": RNG.normal(shift, 1, 8000), "k": RNG.choice(["u", "v"], 8000)})
        frame.write_parquet(path / f"{name}.parquet")
    (path / "broken.parquet").write_bytes(b"PAR1 and then nothing")
    (path / "text.parquet").write_text("x,k\n1,u\n")
    (path / "empty.csv").write_text("")
    return path


def gate(folder: Path, current: str, *words: object) -> Result:
    args = ["compare", "--reference", folder / "a.parquet", "--current", folder / current, *words]
    return CliRunner().invoke(main, [str(each) for each in args])


@pytest.mark.parametrize(
    ("current", "fail_on", "code"),
    [
        ("same.parquet", None, 0),
        ("far.parquet", None, 0),
        ("same.parquet", "warning", 0),
        ("moved.parquet", "warning", 1),
        ("moved.parquet", "critical", 0),
        ("far.parquet", "critical", 1),
        ("far.parquet", "warning", 1),
    ],
)
def test_the_exit_code_is_the_gate(folder: Path, current: str, fail_on: str | None, code: int) -> None:
    told = gate(folder, current, *([] if fail_on is None else ["--fail-on", fail_on]))
    assert told.exit_code == code
    assert told.stdout.splitlines()[0].split(":")[0] in ("ok", "warning", "critical")


def test_the_json_is_that_of_the_library(folder: Path, tmp_path: Path) -> None:
    expected: dict[str, Any] = mw.compare(reference=folder / "a.parquet", current=folder / "far.parquet").to_dict()
    told = gate(folder, "far.parquet", "--json", tmp_path / "f.json")
    assert json.loads((tmp_path / "f.json").read_text()) == json.loads(json.dumps(expected))
    assert told.stdout.startswith("critical: 1 of 2 columns drifted")
    assert json.loads(gate(folder, "far.parquet", "--json", "-").stdout)["status"] == "critical"


def test_columns_and_time_may_be_named(folder: Path) -> None:
    told = gate(folder, "far.parquet", "--columns", "k, x", "--json", "-")
    assert [each["column"] for each in json.loads(told.stdout)["columns"]] == ["k", "x"]
    assert "did you mean 'x'" in gate(folder, "far.parquet", "--columns", "xx").stderr
    assert "there is no column 'at' in the reference" in gate(folder, "far.parquet", "--time", "at").stderr


def test_junit_for_the_pages_of_build_servers(folder: Path, tmp_path: Path) -> None:
    assert gate(folder, "moved.parquet", "--junit", tmp_path / "f.xml").exit_code == 0
    assert ElementTree.parse(tmp_path / "f.xml").getroot().get("failures") == "0"
    gate(folder, "moved.parquet", "--junit", tmp_path / "f.xml", "--fail-on", "warning")
    assert ElementTree.parse(tmp_path / "f.xml").getroot().get("failures") == "1"


@pytest.mark.parametrize(
    ("current", "message"),
    [
        ("missing.parquet", "there is no file"),
        ("broken.parquet", "is damaged or cut short, it cannot be read as parquet"),
        ("text.parquet", "is not a parquet: it does not begin like one"),
        ("empty.csv", "is empty"),
        (".", "is a folder: name the files in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(folder: Path, current: str, message: str) -> None:
    told = gate(folder, current)
    assert told.exit_code == 2
    assert message in told.stderr


def test_an_answer_that_cannot_be_written_is_told(folder: Path) -> None:
    told = gate(folder, "same.parquet", "--json", folder / "no" / "f.json")
    assert told.exit_code == 2
    assert "f.json cannot be written: No such file or directory" in told.stderr
