"""The program as a whole: its verbs, its exit codes, and how errors are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from modelwatch.cli import main
from modelwatch.cli.program import DEBUG
from modelwatch.domain.errors import DurabilityError, HomeError, InputError

from .conftest import Call, FakeHome

VERBS = [
    "demo",
    "compare",
    "init",
    "apply",
    "show",
    "ingest",
    "label",
    "quarantine",
    "event",
    "run",
    "metrics",
    "incidents",
    "report",
    "ack",
    "comment",
    "silence",
    "channels",
    "serve",
    "keys",
]
SCRIPT = str(Path(sys.executable).with_name("modelwatch"))


def script(*args: object, **given: object) -> subprocess.CompletedProcess[str]:
    command = [SCRIPT, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **given)  # type: ignore[call-overload]


def test_every_verb_is_there_and_explains_itself() -> None:
    assert list(main.commands) == VERBS
    listed = CliRunner().invoke(main, ["--help"])
    assert listed.exit_code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in listed.output
        told = CliRunner().invoke(main, [verb, "--help"])
        assert told.exit_code == 0
        assert len(told.output.splitlines()) > 5
        assert "..." not in listed.output.split(f"\n  {verb} ")[1].splitlines()[0], "the summary is cut"


def test_every_reading_verb_has_json() -> None:
    for verb in set(VERBS) - {"init", "serve", "keys", "report"}:
        assert "--json" in CliRunner().invoke(main, [verb, "--help"]).output


def test_help_loads_nothing_that_computes() -> None:
    heavy = ("numpy", "polars", "scipy", "sqlalchemy", "deltalake", "rich", "yaml")
    code = f"import sys, modelwatch.cli; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_installed_script_runs() -> None:
    told = script("--version")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("modelwatch, version")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["runn"], "No such command 'runn'"),
        (["run", "--fast"], "No such option '--fast'"),
        (["ingest"], "Missing argument 'MODEL'"),
        (["ingest", "eta"], "Missing argument 'FILE...'"),
        (["ingest", "Eta!", "f"], "model 'Eta!' is not allowed"),
        (["ingest", "a/b/c/d", "f"], "'a/b/c/d' is no model: write model, model/env or project/model/env"),
        (["ingest", "etaa", "f"], "there is no model 'etaa'"),
        (["ingest", "flight_delay", "f"], "known are eta, flight-delay; did you mean 'flight-delay'?"),
        (["metrics", "eta", "--since", "soon"], "'soon' is not a time: write it as 2013-03-01"),
        (["metrics", "eta", "--slice", "EWR"], "'EWR' is no slice: write column=value"),
        (["metrics", "eta", "--slice", "=EWR"], "'=EWR' is no slice"),
        (["incidents", "--state", "closed"], "'closed' is not one of 'open', 'acknowledged', 'resolved'"),
        (["run", "--engine", "spark"], "'spark' is not 'local'"),
        (["ack", "foo"], "'foo' is no incident: give its number, which `modelwatch incidents` prints"),
        (["incidents", "--id", "7", "--state", "open"], "--id names one incident: leave out --state"),
        (["silence", "7"], "Missing option '--until'"),
        (["comment", "7", " "], "the comment is empty"),
        (["event", "eta", "--kind", " ", "--at", "2024-01-01"], "an event needs a kind"),
        (["event", "eta", "--kind", "k", "--at", "2024-01-02", "--until", "2024-01-01"], "ends after it starts"),
        (["apply", "no/such.yaml"], "there is no file no/such.yaml: write one with modelwatch init"),
        (["compare", "--reference", "no.parquet", "--current", "no.parquet"], "there is no file no.parquet"),
    ],
)  # fmt: skip
def test_wrong_use_is_told_in_one_message_and_exits_with_2(call: Call, words: list[str], message: str) -> None:
    told = call(*words)
    assert told.exit_code == 2
    assert message in " ".join(told.stderr.split())
    assert told.stdout == ""
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (InputError("row 3 is bad"), "Error: row 3 is bad\n"),
        (HomeError("locked by process 7"), "Error: locked by process 7\n"),
        (DurabilityError("the disk is full"), "Error: the disk is full\n"),
        (PermissionError(13, "Permission denied", "lake"), "Error: lake: Permission denied\n"),
        (OSError("odd"), "Error: unexpected OSError: odd\n"),
        (KeyError("x"), "Error: unexpected KeyError: 'x'\n"),
        (KeyboardInterrupt(), "Interrupted.\n"),
    ],
)
def test_errors_are_told_without_a_traceback(call: Call, home: FakeHome, failure: BaseException, message: str) -> None:
    home.failure = failure
    told = call("run")
    assert told.exit_code == (130 if isinstance(failure, KeyboardInterrupt) else 2)
    assert message in told.stderr
    assert "Traceback" not in told.stderr


def test_an_unexpected_error_says_how_to_see_where(call: Call, home: FakeHome) -> None:
    home.failure = KeyError("x")
    assert f"Run it again with {DEBUG}=1" in call("run").stderr
    seen = call("run", env={DEBUG: "1"})
    assert seen.exception is home.failure


@pytest.mark.parametrize("words", [["ingest", "eta", "f"], ["run"], ["ack", "7"], ["comment", "7", "text"]])
def test_only_apply_and_demo_make_a_home(call: Call, home: FakeHome, words: list[str]) -> None:
    (home.path / "home.json").unlink()
    told = call(*words)
    assert told.exit_code == 2
    assert "there is no home at" in told.stderr
    assert home.opened == []


def test_the_home_may_come_from_the_environment(tmp_path: Path) -> None:
    told = script("show", env={"MODELWATCH_HOME": str(tmp_path / "elsewhere")}, cwd=tmp_path)
    assert told.returncode == 2
    assert f"there is no home at {tmp_path / 'elsewhere'}" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n" + "\n".join(str(i) for i in range(100)) + "\n")
    command = [SCRIPT, "compare", "--reference", "a.csv", "--current", "a.csv"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told) == (0, b"")
