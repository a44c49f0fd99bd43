"""The page of an incident: the numbers of the API in five answers, and forms that lead back to it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home


def page(client: TestClient, number: int = 1, **query: str) -> str:
    answer = client.get(f"/incidents/{number}", params=query)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text).replace("\u00a0", " ")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL))


def answer_to(text: str, question: str) -> str:
    found = re.search(rf"<dt>{question}</dt>(.*?)</div>", text, re.DOTALL)
    assert found is not None, question
    return plain(found[1]).strip()


def fault(client: TestClient) -> int:
    [found] = [each for each in client.get("/v1/incidents").json() if each["cause"]["kind"] == "data_fault"]
    return int(found["id"])


def test_the_five_answers_are_those_of_the_api(reader: TestClient) -> None:
    number = fault(reader)
    told = reader.get(f"/v1/incidents/{number}").json()
    text = page(reader, number)
    assert answer_to(text, "What").startswith("1 of 2 columns empty")
    assert answer_to(text, "Since").startswith("3 Mar 00:00 UTC")
    affected = told["cause"]["impact"]["rows_affected"]
    assert answer_to(text, "How bad").startswith(f"{affected} of {affected} predictions")
    assert answer_to(text, "Why").startswith("Data fault")
    assert answer_to(text, "Do first").startswith("Check the source that fills income as of 3 Mar")


def test_the_chart_of_the_cause_and_its_effect_are_there(reader: TestClient) -> None:
    text = page(reader, fault(reader))
    assert "Missing share by column and hour" in text
    assert set(re.findall(r'data-chart="(\w+)"', text)) == {"grid", "scores"}
    assert "</script>" not in re.findall(r'<script type="application/json">(.*?)</script>', text)[0]


def test_all_kinds_of_incidents_have_a_page(reader: TestClient) -> None:
    for each in reader.get("/v1/incidents").json():
        text = plain(page(reader, each["id"]))
        assert each["cause"]["kind"].replace("_", " ") in text.lower()


def test_acknowledging_leads_back_and_is_told(desk: TestClient) -> None:
    answer = desk.post("/incidents/1/ack", data={"who": "ann"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/1?done=ack")
    assert "HttpOnly" in answer.headers["set-cookie"]
    text = page(desk, 1, done="ack")
    assert "acknowledged by ann" in text
    assert 'role="status"' in text
    assert ">Acknowledge</button>" not in text
    assert desk.get("/v1/incidents/1").json()["state"] == "acknowledged"


def test_a_name_is_remembered(desk: TestClient) -> None:
    desk.post("/incidents/1/comment", data={"who": "ann", "text": "looking"})
    desk.post("/incidents/1/comment", data={"text": "found it"})
    said = [(each["who"], each["text"]) for each in desk.get("/v1/incidents/1").json()["timeline"]]
    assert said[-2:] == [("ann", "comment: looking"), ("ann", "comment: found it")]


def test_a_silence_is_begun_and_ended(desk: TestClient) -> None:
    desk.post("/incidents/1/silence", data={"for": "8h", "text": "known"})
    text = page(desk)
    assert "silenced until" in text
    assert "End the silence" in text
    assert desk.post("/incidents/1/unsilence").status_code == 200
    assert "silenced until" not in plain(page(desk)).partition("Timeline")[0]


@pytest.mark.parametrize(
    ("act", "data", "part"),
    [
        ("comment", {"text": "  "}, "needs a text"),
        ("silence", {"for": "", "until": "2020-01-01T00:00", "text": "kept words"}, "a silence ends after"),
        ("silence", {"for": "soon"}, "not a duration"),
        ("silence", {}, "not a time"),
        ("unsilence", {}, "nothing to end"),
        ("comment", {"text": "kept words", "who": "x" * 65}, "at most 64"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_words_kept(
    desk: TestClient, act: str, data: dict[str, str], part: str
) -> None:
    answer = desk.post(f"/incidents/1/{act}", data=data)
    assert answer.status_code == 422
    text = unescape(answer.text)
    assert part in text
    assert 'role="alert"' in text
    if "kept" in data.get("text", ""):
        assert "kept words" in text


def test_a_reader_without_the_scope_finds_the_buttons_locked(watched: Home, desk: TestClient) -> None:
    made = watched.create_key("looker", scopes=["read"])
    text = desk.get("/incidents/1", headers={"Authorization": f"Bearer {made['key']}"}).text
    assert "Your key only reads" in text
    assert len(re.findall(r"<button[^>]*>(?:Acknowledge|Comment|Silence until then)</button>", text)) == 3
    assert len(re.findall(r"<button[^>]* disabled[^>]*>(?:Acknowledge|Comment|Silence until then)</button>", text)) == 3


@pytest.mark.parametrize("number", ["0", "99999", "one", "²", "9" * 40])
def test_an_incident_that_is_not_there_is_a_page_that_says_so(reader: TestClient, number: str) -> None:
    assert reader.get(f"/incidents/{number}").status_code == 404
    assert reader.post(f"/incidents/{number}/ack").status_code == 404


def test_an_incident_of_others_is_not_there(desk: TestClient) -> None:
    theirs = max(each["id"] for each in desk.get("/v1/incidents").json()) + 1
    assert desk.get(f"/incidents/{theirs}").status_code == 404
    assert desk.post(f"/incidents/{theirs}/ack").status_code == 404


def test_hostile_words_are_shown_and_nothing_else(desk: TestClient) -> None:
    desk.post("/incidents/1/comment", data={"text": "<script>alert(1)</script>", "who": "<b>eve</b>"})
    text = desk.get("/incidents/1").text
    assert "<script>alert" not in text
    assert "<b>eve" not in text
    assert "&lt;script&gt;alert(1)" in text
