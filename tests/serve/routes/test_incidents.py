"""Incidents over HTTP: as the command line prints them, answered by people, and never those of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from modelwatch.cli import main

FIELDS = {
    *("id", "model", "state", "severity", "title", "opened", "resolved", "window", "verdicts", "cause", "notified"),
}
CAUSE = {"kind", "evidence", "columns", "slices", "impact", "first_action"}
VERDICT = {"rule", "metric", "column", "slice", "window", "span", "value", "threshold", "noise_floor", "status"}


def first(client: TestClient) -> dict[str, Any]:
    return client.get("/v1/incidents").json()[0]


def test_incidents_are_those_that_the_command_line_prints(reader: TestClient, made: Path) -> None:
    printed = json.loads(
        CliRunner().invoke(main, ["--home", str(made / "home"), "incidents", "loans", "--json"]).stdout
    )
    told = reader.get("/v1/incidents").json()
    # The server has delivered the messages meanwhile.
    for each in (*printed, *told):
        for message in each["notified"]:
            message.pop("delivered")
    assert told == printed
    for each in told:
        assert each.keys() >= FIELDS
        assert each["cause"].keys() == CAUSE
        assert all(verdict.keys() >= VERDICT for verdict in each["verdicts"])


def test_one_incident_is_told_in_full(reader: TestClient) -> None:
    [fault] = [each for each in reader.get("/v1/incidents").json() if each["cause"]["kind"] == "data_fault"]
    told = reader.get(f"/v1/incidents/{fault['id']}").json()
    assert (told["id"], told["cause"]["columns"]) == (fault["id"], ["income"])


def test_incidents_are_chosen_by_state_and_model_and_paged(reader: TestClient) -> None:
    every = reader.get("/v1/incidents").json()
    assert reader.get("/v1/incidents", params={"state": "open", "model": "loans"}).json() == every
    assert reader.get("/v1/incidents", params={"state": "resolved"}).json() == []
    assert reader.get("/v1/incidents", params={"model": "nobody"}).json() == []
    page = reader.get("/v1/incidents", params={"limit": 1})
    assert page.json() == every[:1]
    assert ("next-cursor" in page.headers) == (len(every) > 1)


def test_what_people_say_stands_in_the_timeline(desk: TestClient, local: dict[str, str]) -> None:
    path = f"/v1/incidents/{first(desk)['id']}"
    seen = desk.post(f"{path}/ack", json={"who": "ann", "text": "on it"}).json()
    assert seen["state"] == "acknowledged"
    desk.post(f"{path}/comment", json={"text": "the süd branch is off"}, headers=local)
    told = desk.post(f"{path}/silence", json={"until": "2026-04-01T00:00:00Z", "who": None}).json()
    said = [(moment["who"], moment["text"]) for moment in told["timeline"]]
    assert any(who == "ann" and text.startswith("acknowledge") for who, text in said)
    assert any(who == "ann" and text.endswith("on it") for who, text in said)
    assert ("local", "comment: the süd branch is off") in said
    assert any(who == "anonymous" and text.startswith("silence") for who, text in said)


def test_an_acknowledgement_needs_no_body(desk: TestClient) -> None:
    assert desk.post(f"/v1/incidents/{first(desk)['id']}/ack").json()["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("act", "body", "status", "part"),
    [
        ("silence", b"{}", 422, "a silence"),
        ("silence", b'{"until": "2020-01-01"}', 422, "a silence"),
        ("silence", b'{"until": "soon"}', 422, "not a time"),
        ("comment", b'{"text": " "}', 422, "needs a text"),
        ("comment", b'{"text": 1}', 422, "not what this route takes"),
        ("ack", b'{"whom": "ann"}', 422, "not what this route takes"),
        ("ack", b"[]", 422, "not what this route takes"),
        ("ack", b"{", 400, "not JSON"),
        ("ack", b"\xff", 400, "not JSON"),
        ("ack", b'"\\ud800"', 400, "not JSON"),
        ("ack", b'{"text": "' + b"x" * (1 << 20) + b'"}', 413, "more than"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(
    desk: TestClient, act: str, body: bytes, status: int, part: str
) -> None:
    answer = desk.post(f"/v1/incidents/{first(desk)['id']}/{act}", content=body)
    assert answer.status_code == status, answer.text
    assert part in answer.json()["detail"]


@pytest.mark.parametrize("number", ["0", "99999", "-1", "1.5", "one", "²", "9" * 40, "1%00"])
def test_an_incident_that_is_not_there_is_404(reader: TestClient, number: str) -> None:
    assert reader.get(f"/v1/incidents/{number}").status_code == 404
    assert reader.post(f"/v1/incidents/{number}/ack").status_code == 404


def test_a_state_that_does_not_exist_is_refused(reader: TestClient) -> None:
    answer = reader.get("/v1/incidents", params={"state": "closed"})
    assert answer.status_code == 422
    assert "open, acknowledged, resolved" in answer.json()["detail"]


def test_an_incident_of_others_looks_as_if_it_were_not_there(desk: TestClient, local: dict[str, str]) -> None:
    theirs = max(each["id"] for each in desk.get("/v1/incidents").json()) + 1
    told = desk.get(f"/v1/incidents/{theirs}")
    none = desk.get(f"/v1/incidents/{theirs + 1}")
    assert (told.status_code, none.status_code) == (404, 404)
    assert told.text.replace(str(theirs), "N") == none.text.replace(str(theirs + 1), "N")
    assert desk.post(f"/v1/incidents/{theirs}/ack", headers=local).status_code == 404
