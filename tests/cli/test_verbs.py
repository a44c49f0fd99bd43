"""Each verb: what it asks of the home, and what it prints as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.domain.slices import Slice

from .conftest import INCIDENT, START, Call, FakeHome

ETA = ModelKey("eta")


def test_models_may_be_named_with_their_environment(call: Call, home: FakeHome) -> None:
    home.known = [ModelKey("eta", "test"), ModelKey("eta", "prod", "rides")]
    assert call("incidents", "eta/test").exit_code == 0
    assert call("incidents", "rides/eta/prod").exit_code == 0
    assert [args for _, args, _ in home.calls] == [(ModelKey("eta", "test"),), (ModelKey("eta", "prod", "rides"),)]
    assert "known are eta/test, rides/eta/prod" in call("incidents", "eta").stderr


def test_apply_takes_a_file_or_all_of_a_folder(call: Call, home: FakeHome, tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    for name in ("b.yml", "a.yaml", "notes.txt"):
        (folder / name).write_text("")
    told = call("apply", folder, "--json")
    assert [args[0].name for _, args, _ in home.calls] == ["a.yaml", "b.yml"]
    assert [each["model"] for each in json.loads(told.stdout)] == ["a", "b"]
    assert json.loads(told.stdout)[0]["columns"] == {"temp": "numeric"}
    assert call("apply", folder / "a.yaml").stdout.splitlines()[0] == "a: version 1, 1 column, 10 rows of reference"
    (folder / "a.yaml").unlink()
    (folder / "b.yml").unlink()
    assert "there is no file *.yaml or *.yml in" in call("apply", folder).stderr


def test_apply_may_make_the_home(call: Call, home: FakeHome, tmp_path: Path) -> None:
    (home.path / "home.json").unlink()
    (tmp_path / "a.yaml").write_text("")
    assert call("apply", tmp_path / "a.yaml").exit_code == 0
    assert home.opened == [True]


def test_show_prints_one_model_or_all(call: Call, home: FakeHome) -> None:
    assert call("show", "eta").stdout == "model: eta\n"
    assert [line.split()[0] for line in call("show").stdout.splitlines()] == ["model", "eta", "flight-delay"]
    assert json.loads(call("show", "--json").stdout)[0] == {"model": "eta", "env": "prod", "project": "default"}
    assert home.opened == [False] * 3


@pytest.mark.parametrize("verb", ["ingest", "label"])
def test_rows_are_read_and_what_became_of_them_is_told(call: Call, home: FakeHome, verb: str) -> None:
    told = call(verb, "eta", "a.parquet", "b.csv")
    assert home.calls[0][:2] == (verb, (ETA, Path("a.parquet"), Path("b.csv")))
    assert told.stdout.startswith("eta: ")
    answer = json.loads(call(verb, "eta", "a.parquet", "--json").stdout)
    assert {"model", "accepted", "duplicates", "quarantined", "waiting", "faults"} <= set(answer)


def test_a_quarantined_row_is_named(call: Call) -> None:
    assert "1 row: temp, as in row 3: no number" in call("ingest", "eta", "a.parquet").stdout
    assert json.loads(call("ingest", "eta", "f", "--json").stdout)["faults"] == [
        {"row": 3, "field": "temp", "reason": "no number"}
    ]


def test_a_label_may_be_of_a_named_outcome(call: Call, home: FakeHome) -> None:
    call("label", "eta", "f", "--outcome", "click")
    assert home.calls[0][2] == {"outcome": "click"}


def test_an_event_is_added(call: Call, home: FakeHome) -> None:
    words = ["event", "eta", "--kind", "deployment", "--at", "2024-01-01", "--until", "2024-01-02", "--note", "v2"]
    told = call(*words, "--link", "https://example.com", "--json")
    event = Event(kind="deployment", at=START, until=START + DAY, note="v2", link="https://example.com")
    assert home.calls == [("add_event", (ETA, event), {})]
    assert json.loads(told.stdout)["until"] == "2024-01-02T00:00:00Z"
    assert call(*words).stdout == "eta: deployment at 2024-01-01\n"


def test_run_of_one_model_or_of_all(call: Call, home: FakeHome) -> None:
    assert "1 window closed" in call("run").stdout
    answer = json.loads(call("run", "eta", "--until", "2024-01-01T00:00:00Z", "--engine", "local", "--json").stdout)
    assert answer["windows"] == 1
    assert answer["clock"] == "2024-01-01T00:00:00Z"
    assert home.calls == [("run", (None,), {"until": None}), ("run", (ETA,), {"until": START})]
    assert home.opened == [True, True]


def test_metrics_passes_every_filter_on(call: Call, home: FakeHome) -> None:
    words = ["--metric", "psi", "--column", "temp", "--since", "2024-01-01", "--until", "2024-01-02", "--all-revisions"]
    call("metrics", "eta", *words, "--slice", "origin=EWR", "--slice", "carrier=A=B")
    assert home.calls[0][2] == {
        "metric": "psi",
        "column": "temp",
        "since": START,
        "until": START + DAY,
        "slice": Slice.of({"origin": "EWR", "carrier": "A=B"}),
        "all_revisions": True,
    }


@pytest.mark.parametrize("number", [0, 1, 2, 2500])
def test_metrics_as_json_are_one_list_however_many(call: Call, home: FakeHome, number: int) -> None:
    home.measured = number
    answer = json.loads(call("metrics", "eta", "--json").stdout)
    assert len(answer) == number
    if number:
        assert answer[0]["window"]["start"] == "2024-01-01T00:00:00Z"


def test_metrics_as_text(call: Call, home: FakeHome) -> None:
    lines = call("metrics", "eta").stdout.splitlines()
    assert len(lines) == 3
    assert "warning" in lines[1]
    assert lines[2].endswith("no labels")
    home.measured = 0
    assert call("metrics", "eta").stdout == ""


def test_incidents_as_text_and_as_json(call: Call, home: FakeHome) -> None:
    assert json.loads(call("incidents", "eta", "--state", "open", "--json").stdout) == [INCIDENT]
    assert home.calls[0][2] == {"state": "open", "incident_id": None}
    assert "do first: Check the source" in call("incidents").stdout


def test_people_answer_incidents(call: Call, home: FakeHome) -> None:
    call("ack", 7, "--who", "ann", "--note", "mine")
    call("comment", 7, "looks like rain", "--who", "ann", "--model", "eta")
    told = call("silence", 7, "--until", "2024-01-02", "--who", "ann", "--json")
    assert home.calls == [
        ("respond", (None, 7, "ack"), {"who": "ann", "text": "mine", "until": None}),
        ("respond", (ETA, 7, "comment"), {"who": "ann", "text": "looks like rain", "until": None}),
        ("respond", (None, 7, "silence"), {"who": "ann", "text": "", "until": START + DAY}),
    ]
    assert json.loads(told.stdout) == INCIDENT


def test_whoever_answers_has_a_name(call: Call, home: FakeHome) -> None:
    call("ack", 7)
    assert home.calls[0][2]["who"]


def test_nothing_but_the_answer_is_printed_where_nobody_watches(call: Call) -> None:
    for words in (["run"], ["metrics", "eta"], ["incidents", "--json"], ["ingest", "eta", "f"]):
        assert call(*words).stderr == ""


def test_channels_lists_tests_and_resumes(call: Call, home: FakeHome) -> None:
    assert call("channels").stdout.splitlines()[1].split() == ["ops", "webhook", "example.org", "1", "0", "ok"]
    assert json.loads(call("channels", "--json").stdout)[0]["name"] == "ops"
    assert call("channels", "test", "ops").stdout == "ops: delivered\n"
    assert json.loads(call("channels", "test", "ops", "--json").stdout)["delivered"] is True
    assert call("channels", "resume", "ops").stdout == "ops: 3 messages will be sent again with the next run\n"
    assert json.loads(call("channels", "resume", "ops", "--json").stdout) == {"channel": "ops", "queued": 3}
    assert home.opened == [False] * 4 + [True] * 2


def test_a_channel_that_fails_its_test_ends_in_one(call: Call) -> None:
    told = call("channels", "test", "team")
    assert (told.exit_code, told.stdout) == (1, "team: not delivered: example.org answered 503\n")
    told = call("channels", "test", "team", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout) == {"channel": "team", "delivered": False, "error": "example.org answered 503"}


def test_quarantine_asks_for_a_field_since_a_time(call: Call, home: FakeHome) -> None:
    told = call("quarantine", "eta", "--since", "2024-01-01", "--field", "score", "--limit", 3)
    assert (told.exit_code, told.stdout) == (0, "no row was refused\n")
    assert home.calls == [("quarantine", (ETA,), {"since": START, "field": "score", "limit": 3})]
    assert json.loads(call("quarantine", "eta", "--json").stdout)["total"] == 0
    assert call("quarantine", "eta", "--limit", 0).exit_code == 2
