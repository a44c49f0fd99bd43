"""The list of incidents as a page: what the API tells, filters in the address, and words where there is nothing."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r'<a href="/incidents/(\d+)" data-incident', text)]


def test_all_open_incidents_of_the_project_are_listed(reader: TestClient) -> None:
    text = reader.get("/incidents").text
    told = reader.get("/v1/incidents", params={"state": "open"}).json()
    assert sorted(numbers(text)) == sorted(each["id"] for each in told)
    assert f"<h1>{len(told)} open incident" in text
    assert "theirs" not in text


@pytest.mark.parametrize("query", [{"model": "loans"}, {"kind": "data_fault"}, {"q": "income"}, {"standing": "open"}])
def test_filters_are_in_the_address(reader: TestClient, query: dict[str, str]) -> None:
    text = reader.get("/incidents", params=query).text
    assert numbers(text)
    [[name, value]] = query.items()
    assert f"{name}={value}" in text or f'value="{value}"' in text


def test_no_match_says_so_and_leads_on(reader: TestClient) -> None:
    text = reader.get("/incidents", params={"q": "<nobody>"}).text
    assert "No incident matches “&lt;nobody&gt;”." in text
    assert numbers(text) == []


def test_an_empty_home_says_since_when_there_were_none(client: TestClient) -> None:
    assert "None since" in client.get("/incidents").text
    assert "They open by themselves" in client.get("/incidents", params={"since": "all"}).text


def test_a_filter_that_does_not_exist_is_refused(reader: TestClient) -> None:
    assert reader.get("/incidents", params={"state": "bad"}).status_code == 422
