"""The page of a column: its numbers are the API's, its address holds its state, and hostile names stay text."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from modelwatch.show import digits

PAGE = "/models/loans/columns"


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).replace(digits.HARD_SPACE, " ")


def test_numbers_are_those_of_the_api(reader: TestClient) -> None:
    asked = "since=2026-03-01&until=2026-03-02"
    page = reader.get(f"{PAGE}/income?{asked}").text
    told = reader.get(f"/v1/models/loans/columns/income?{asked}").json()
    assert f"reference, {digits.count(told['reference']['rows'])} rows".replace(digits.HARD_SPACE, " ") in text(page)
    assert f"1 Mar, {told['current']['rows']} rows" in text(page)
    found = reader.get("/v1/models/loans/metrics?column=income&since=2026-03-01&until=2026-03-02").json()
    values = {each["metric"]: each["value"] for each in found}
    assert f"<b>{digits.metric(values['psi'])}</b>" in page


def test_the_first_answers_stand_in_its_head(reader: TestClient) -> None:
    page = text(reader.get(f"{PAGE}/income").text)
    assert "Critical" in page
    assert "No values on 4 Mar, nothing to compare" in page
    assert "Missing share since 3 Mar" in page
    assert re.search(r"Open incident \d", page)


@pytest.mark.parametrize("name", ["income", "branch%2Fcity", "branch/city", "prediction"])
@pytest.mark.parametrize(
    "query", ["", "?range=7d&view=deciles", "?span=1&view=below", "?since=2026-03-01&until=2026-03-03"]
)
def test_every_kind_of_column_has_a_page(reader: TestClient, name: str, query: str) -> None:
    answer = reader.get(f"{PAGE}/{name}{query}")
    assert answer.status_code == 200
    assert "style=" not in answer.text
    assert not re.search(r"\son[a-z]+=", answer.text)
    data = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', answer.text, re.S)
    lanes = next(each for each in map(json.loads, data) if "readouts" in each)
    assert {len(lines) for lines in lanes["readouts"].values()} == {len(lanes["windows"])}


def test_a_lane_that_cannot_be_drawn_says_why(reader: TestClient) -> None:
    page = text(reader.get(f"{PAGE}/label").text)
    assert re.search(r"No window of this range has a value to draw: \d+ labels, 100 needed\.", page)


def test_neighbours_ranges_and_stretches_are_links(reader: TestClient) -> None:
    page = reader.get(f"{PAGE}/income?range=7d&since=2026-03-02&until=2026-03-03").text
    assert 'href="/models/loans/columns/branch%2Fcity?range=7d"' in page
    assert re.search(r'href="[^"]*since=2026-03-01T00%3A00%3A00Z[^"]*" data-key="\["', page)
    assert re.search(r'href="[^"]*since=2026-03-03T00%3A00%3A00Z[^"]*" data-key="\]"', page)
    assert re.search(r'href="[^"]*range=28d[^"]*" data-key="\+"', page)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/models/loans/columns/nothing", 404),
        ("/models/nothing/columns/income", 404),
        ("/models/loans/columns/income?range=2d", 422),
        ("/models/loans/columns/income?view=pie", 422),
        ("/models/loans/columns/income?since=yesterday", 422),
        ("/models/loans/columns/income?span=x", 422),
    ],
)
def test_what_is_not_there_is_a_page_too(reader: TestClient, path: str, status: int) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
