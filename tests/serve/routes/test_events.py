"""Events over HTTP: any kind, at any spelling of a time, on models that there are."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

PATH = "/v1/models/loans/events"


def test_an_event_is_answered_as_it_is_kept_and_listed(desk: TestClient) -> None:
    sent = {"kind": "eclipse", "at": "2026-03-02T06:00:00+01:00", "until": "2026-03-02T07:00:00Z", "note": "süd"}
    answer = desk.post(PATH, json=sent)
    told = {**sent, "at": "2026-03-02T05:00:00Z", "link": ""}
    assert (answer.status_code, answer.json()) == (201, told)
    assert told in desk.get(PATH).json()


@pytest.mark.parametrize("at", ["2026-03-02", 1_772_409_600, 1_772_409_600.0, 1_772_409_600_000, 1_772_409_600_000_000])
def test_a_time_may_be_text_or_a_number_since_1970(desk: TestClient, at: object) -> None:
    assert desk.post(PATH, json={"kind": "holiday", "at": at}).json()["at"] == "2026-03-02T00:00:00Z"


def test_events_may_be_told_of_a_model_that_waits_for_a_specification(desk: TestClient) -> None:
    assert desk.post("/v1/models/fresh/events", json={"kind": "deployment", "at": "2026-03-01"}).status_code == 201
    assert [each["kind"] for each in desk.get("/v1/models/fresh/events").json()] == ["deployment"]


def test_events_are_chosen_by_time_and_paged(desk: TestClient) -> None:
    for day in range(1, 6):
        desk.post("/v1/models/fresh/events", json={"kind": f"k{day}", "at": f"2026-03-0{day}"})
    stretch = {"since": "2026-03-02", "until": "2026-03-05"}
    page = desk.get("/v1/models/fresh/events", params={**stretch, "limit": 2})
    assert [each["kind"] for each in page.json()] == ["k2", "k3"]
    following = desk.get(page.links["next"]["url"])
    assert [each["kind"] for each in following.json()] == ["k4"]
    assert "next-cursor" not in following.headers


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'{"kind": "a", "at": "\xff"}', 400, "not JSON"),
        (b"[]", 422, "not what this route takes"),
        (b'{"kind": "a"}', 422, "at"),
        (b'{"kind": "a", "at": null}', 422, "at"),
        (b'{"kind": "a", "at": "soon"}', 422, "not a time"),
        (b'{"kind": "a", "at": 1e300}', 422, "not a time"),
        (b'{"kind": "a", "at": 99999999999999999999}', 422, "not a time"),
        (b'{"kind": "a", "at": -99999999999999999999999999999}', 422, "not a time"),
        (b'{"kind": "a", "at": "0001-01-01T00:00:00+23:00"}', 422, "not a time"),
        (b'{"kind": " ", "at": "2026-03-01"}', 422, "needs a kind"),
        (b'{"kind": "a", "at": "2026-03-01", "until": "2026-03-01"}', 422, "ends after it starts"),
        (b'{"kind": "a", "at": "2026-03-01", "unitl": "2026-03-02"}', 422, "unitl"),
    ],
)
def test_an_event_that_says_nothing_is_refused(desk: TestClient, body: bytes, status: int, part: str) -> None:
    answer = desk.post(PATH, content=body)
    assert answer.status_code == status, answer.text
    assert part in answer.json()["detail"]


@pytest.mark.parametrize("model", ["nobody", "eta"])
def test_a_model_that_is_not_there_has_no_events(desk: TestClient, model: str) -> None:
    sent = json.dumps({"kind": "a", "at": "2026-03-01"})
    assert desk.post(f"/v1/models/{model}/events", content=sent).status_code == 404
    assert desk.get(f"/v1/models/{model}/events").status_code == 404
