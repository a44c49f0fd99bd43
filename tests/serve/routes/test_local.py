"""The route of this machine's command line: verbs by name, and anything else refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from modelwatch.serve.routes.local import VERBS

LOANS = {"model": "loans", "env": "prod", "project": "default"}


def ask(client: TestClient, token: dict[str, str], verb: object, **given: Any) -> Any:
    return client.post("/v1/local", json={"verb": verb, "given": given}, headers=token)


def test_a_key_that_was_made_is_listed_and_revoked(desk: TestClient, local: dict[str, str]) -> None:
    made = ask(desk, local, "create_key", name="ci", scopes=["read"], project="default", lasts=None).json()
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert desk.get("/v1/models", headers=bearer).status_code == 200
    assert desk.get("/v1/models").status_code == 401
    assert ask(desk, local, "revoke_key", name="ci", project="default").json() == {}


def test_rows_that_came_from_files_are_known_to_the_next_request(
    desk: TestClient, local: dict[str, str], made: Any
) -> None:
    receipt = ask(desk, local, "ingest", key=LOANS, paths=[str(made / "served.parquet")]).json()
    assert (receipt["accepted"], receipt["duplicates"]) == (0, 160)
    again = {"prediction_id": "0-0", "timestamp": "2026-03-01T00:00:00Z", "score": 2.0}
    assert desk.post("/v1/models/loans/predictions", json=again).json()["quarantined"] == 1


def test_only_the_token_opens_it(desk: TestClient) -> None:
    for headers in ({}, {"Authorization": "Bearer mw_x"}):
        assert ask(desk, headers, "run", key=None, until=None).status_code in (401, 403)


@pytest.mark.parametrize("verb", VERBS)
def test_a_call_that_lacks_something_is_refused(desk: TestClient, local: dict[str, str], verb: str) -> None:
    answer = ask(desk, local, verb)
    assert answer.status_code == 422
    assert "missing required field" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"{", 400, "not JSON"),
        (b"[]", 422, "not what this route takes"),
        (b'{"verb": "erase", "given": {}}', 422, "no local verb 'erase'"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    desk: TestClient, local: dict[str, str], body: bytes, status: int, part: str
) -> None:
    answer = desk.post("/v1/local", content=body, headers=local)
    assert answer.status_code == status, answer.text
    assert part in answer.json()["detail"]


def test_what_the_home_refuses_is_refused(desk: TestClient, local: dict[str, str]) -> None:
    nobody = {**LOANS, "model": "nobody"}
    assert ask(desk, local, "ingest", key=nobody, paths=[]).status_code == 404
    told = ask(desk, local, "event", key=LOANS, event={"kind": "", "at": 1})
    assert (told.status_code, "needs a kind" in told.text) == (422, True)
    told = ask(desk, local, "create_key", name="a", scopes=["local"], project="default", lasts=None)
    assert (told.status_code, "scopes local" in told.text) == (422, True)
