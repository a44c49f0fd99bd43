"""Search: a page of results and suggestions that lead to pages, of one's own project only."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from modelwatch.serve.ui.search import LONGEST


def test_suggestions_name_what_was_found_and_where_it_leads(reader: TestClient) -> None:
    hits = reader.get("/search.json", params={"q": "inco"}).json()["hits"]
    column, *incidents = hits
    assert column == {"what": "Column", "name": "income", "beside": "loans", "href": "/models/loans/columns/income"}
    known = {each["id"] for each in reader.get("/v1/incidents").json()}
    assert incidents
    assert all(int(each["href"].removeprefix("/incidents/")) in known for each in incidents)
    [model] = reader.get("/search.json", params={"q": "loans"}).json()["hits"][:1]
    assert (model["what"], model["href"]) == ("Model", "/models/loans")


def test_a_column_of_any_name_has_an_address(reader: TestClient) -> None:
    hits = reader.get("/search.json", params={"q": "city"}).json()["hits"]
    assert "/models/loans/columns/branch%2Fcity" in [each["href"] for each in hits]


def test_the_page_lists_what_was_found(reader: TestClient) -> None:
    text = reader.get("/search", params={"q": "loans"}).text
    assert 'href="/models/loans"' in text
    assert "Critical" in text
    number = reader.get("/v1/incidents").json()[0]["id"]
    assert f'href="/incidents/{number}"' in reader.get("/search", params={"q": f"#{number}"}).text


def test_other_projects_are_not_found(reader: TestClient) -> None:
    assert reader.get("/search.json", params={"q": "theirs"}).json() == {"hits": []}
    assert reader.get("/search.json", params={"q": "eta"}).json() == {"hits": []}


def test_nothing_asked_and_nothing_found_are_told(reader: TestClient) -> None:
    assert reader.get("/search.json").json() == {"hits": []}
    assert "Type the name of a model" in reader.get("/search").text
    assert "No model, column or incident" in reader.get("/search", params={"q": "zzz"}).text


def test_what_is_asked_is_written_as_text_and_cut(reader: TestClient) -> None:
    text = reader.get("/search", params={"q": "<script>alert(1)</script>" + "x" * 9999}).text
    assert "<script>alert" not in text
    assert max(map(len, re.findall("x+", text))) < LONGEST
