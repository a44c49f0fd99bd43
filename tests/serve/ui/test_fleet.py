"""The fleet page: what it says is what the API says; filters are in the address; changes are told by a mark."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey


def page(client: TestClient, **query: str) -> str:
    answer = client.get("/", params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


def row(text: str, model: str) -> str:
    found = re.search(rf'<tr data-row="{model}/prod".*?</tr>', text, re.DOTALL)
    assert found is not None
    return found[0]


def cell(line: str, name: str) -> str:
    found = re.search(rf'<td class="c-{name}[^"]*">(.*?)</td>', line, re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def test_the_line_of_a_model_is_what_the_api_tells_of_it(reader: TestClient) -> None:
    opened = reader.get("/v1/incidents", params={"state": "open", "model": "loans"}).json()
    told = next(each for each in reader.get("/v1/models").json() if each["model"] == "loans")
    line = row(page(reader), "loans")
    assert (cell(line, "state"), cell(line, "open")) == (told["status"].capitalize(), str(told["incidents_open"]))
    finding = cell(line, "wrong")
    assert any(each["title"].startswith(finding) for each in opened)
    [link] = set(re.findall(r'href="/incidents/(\d+)" title', line))
    assert int(link) in [each["id"] for each in opened]
    assert cell(line, "rows") == "40"


def test_the_head_counts_and_names_what_is_critical(reader: TestClient) -> None:
    text = page(reader)
    assert "<h1>1 of 2 models is critical</h1>" in text
    assert re.search(r'class="who" href="/models/loans"><bdi>loans</bdi></a>: <a[^>]*>income is missing', text)


def test_a_pending_model_waits_for_review(reader: TestClient) -> None:
    line = row(page(reader), "fresh")
    assert (cell(line, "state"), cell(line, "wrong")) == ("Pending", "Rows arrive, specification not reviewed")
    assert cell(line, "spark") == "starts after review"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"state": "critical"}, ["loans"]),
        ({"state": "ok"}, []),
        ({"owner": "-"}, ["loans", "fresh"]),
        ({"owner": "nobody"}, []),
        ({"task": "binary"}, ["loans"]),
        ({"sort": "name"}, ["fresh", "loans"]),
        ({"q": "FRESH"}, ["fresh"]),
        ({"q": "nothing like it"}, []),
    ],
)
def test_filters_stand_in_the_address(reader: TestClient, query: dict[str, str], shown: list[str]) -> None:
    text = page(reader, **query)
    lines = re.findall(r'<tr data-row="([^"/]+)/prod"([^>]*)>', text)
    assert [name for name, rest in lines if "hidden" not in rest] == shown
    nothing = re.search(r"data-nothing( hidden)?>", text)
    assert nothing is not None
    assert (nothing[1] is None) == (not shown)
    assert ("Clear filters" in text) == bool(query.keys() - {"sort"})


def test_links_of_filters_keep_the_others(reader: TestClient) -> None:
    text = page(reader, task="binary", sort="name", q="a&b")
    assert 'href="/?state=critical&amp;q=a%26b&amp;task=binary&amp;sort=name"' in text
    assert 'value="a&amp;b"' in text


def test_a_field_that_names_nothing_is_told(reader: TestClient) -> None:
    answer = reader.get("/", params={"state": "purple"})
    assert (answer.status_code, "is no state of a model: use one of critical" in answer.text) == (422, True)


def test_an_empty_home_says_how_to_begin(client: TestClient) -> None:
    text = page(client)
    assert "No models yet" in text
    assert "modelwatch init" in text
    assert "<table" not in text
    assert client.get("/fleet.json").json() == {"rows": []}


def test_marks_are_those_of_the_rows_and_change_with_them(desk: TestClient, watched: Home) -> None:
    def marks() -> dict[str, str]:
        return dict(desk.get("/fleet.json").json()["rows"])

    before = marks()
    assert list(before.items()) == re.findall(r'data-row="([^"]+)" data-mark="([^"]+)"', page(desk))
    watched.add_event(ModelKey("loans"), Event(kind="note", at=0))
    assert marks() == before
    for incident in watched.incidents(ModelKey("loans"), state="open"):
        watched.respond(None, incident["id"], "ack", who="ada")
    after = marks()
    assert {name for name in after if after[name] != before[name]} == {"loans/prod"}
    assert "acknowledged" in row(page(desk), "loans")
    assert [name for name, _ in desk.get("/fleet.json", params={"state": "pending"}).json()["rows"]] == ["fresh/prod"]


def test_nothing_in_the_page_needs_more_than_the_policy_allows(reader: TestClient) -> None:
    text = page(reader)
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*src=)", text)


def test_the_day_chart_has_its_numbers_as_a_table(reader: TestClient) -> None:
    text: Any = page(reader)
    table = re.search(r"data-table hidden>(.*?)</table>", text, re.DOTALL)
    assert table is not None
    assert table[1].count("<tr>") == 31
    assert "1 critical, 0 with warnings, 0 without data" in text
