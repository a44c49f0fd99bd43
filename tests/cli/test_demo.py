"""The demo: the order of its work, its summary, and which folders it may remove."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from modelwatch.domain.names import ModelKey

from .conftest import Call, FakeHome

FLIGHTS = ModelKey("flight-delay")


@pytest.fixture
def empty(home: FakeHome) -> FakeHome:
    """A place where no home is yet."""
    (home.path / "home.json").unlink()
    home.known = []
    return home


def test_it_applies_reads_labels_and_runs(call: Call, empty: FakeHome) -> None:
    told = call("demo", "--no-serve")
    assert told.exit_code == 0
    assert [what for what, _, _ in empty.calls] == ["apply", "ingest", "label", "run", "incidents"]
    assert all(path.is_file() for _, args, _ in empty.calls[:1] for path in args)
    assert empty.calls[3][2]["until"] == 1388620800 * 10**6  # 2 January 2014
    assert "do first: Check the source" in told.stdout
    assert f"modelwatch --home {empty.path} incidents flight-delay" in told.stdout
    assert told.stderr == ""


def test_the_summary_as_data(call: Call, empty: FakeHome, tmp_path: Path) -> None:
    told = call("demo", "--no-serve", "--json", tmp_path / "demo.json")
    found = json.loads((tmp_path / "demo.json").read_text())
    assert told.stdout.startswith("flight-delay: 10 predictions")
    assert (found["version"], found["model"], found["rows"], found["labels"]) == (1, "flight-delay", 10, 8)
    assert (found["windows"], found["measurements"], len(found["incidents"])) == (1, 4, 1)
    assert found["notifications_critical"] == 1  # the end of an incident is no alarm
    assert found["home"] == str(empty.path)
    assert found["seconds"] >= 0
    alone = call("demo", "--no-serve", "--json", "-")
    assert json.loads(alone.stdout)["model"] == "flight-delay"


def test_an_earlier_demo_is_made_anew_but_files_of_others_stay(call: Call, home: FakeHome) -> None:
    home.known = [FLIGHTS]
    (home.path / "demo.json").write_text("{}")
    (home.path / "lake" / "default").mkdir(parents=True)
    (home.path / "state.sqlite-wal").write_text("")
    (home.path / "mine.txt").write_text("keep me")
    assert call("demo", "--no-serve").exit_code == 0
    assert {path.name for path in home.path.iterdir()} == {"demo.json", "mine.txt"}


@pytest.mark.parametrize(
    ("known", "marked"), [([FLIGHTS], False), ([ModelKey("eta")], True), ([FLIGHTS, ModelKey("eta")], True)]
)
def test_a_home_with_models_of_its_own_is_left_alone(
    call: Call, home: FakeHome, known: list[ModelKey], marked: bool
) -> None:
    home.known = known
    if marked:
        (home.path / "demo.json").write_text("{}")
    before = sorted(home.path.iterdir())
    told = call("demo", "--no-serve")
    assert told.exit_code == 2
    assert "with models of its own" in told.stderr
    assert sorted(home.path.iterdir()) == before
    assert home.calls == []


@pytest.mark.system
@pytest.mark.slow
def test_the_real_year_from_the_installed_script(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("modelwatch")
    command = [str(script), "--home", str(tmp_path / "home"), "demo", "--no-serve", "--json", str(tmp_path / "f")]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads((tmp_path / "f").read_text())
    assert (found["rows"], found["labels"], found["windows"]) == (284821, 284821, 306)
    assert told.stdout.startswith("flight-delay: 284,821 predictions and 284,821 labels of 2013 in 306 windows")
    assert {"data_fault", "spike", "drift", "performance"} <= {each["cause"]["kind"] for each in found["incidents"]}
    for incident in found["incidents"]:
        assert incident["title"] in told.stdout
        assert incident["cause"]["first_action"] in told.stdout
