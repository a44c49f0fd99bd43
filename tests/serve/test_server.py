"""The application as a whole: what every answer has, and paths and methods that there are not."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.serve import build
from modelwatch.serve.routes.table import ENDPOINTS

PATHS = sorted({re.sub(r"\{[^}]*\}", "1", each.path) for each in ENDPOINTS if not each.page})
PAGES = sorted({re.sub(r"\{[^}]*\}", "1", each.path) for each in ENDPOINTS if each.page})
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.mark.parametrize("path", [*PATHS, "/", "/v1", "/v1/models/a/b/c/d", "/../etc/passwd", "/%2e%2e/x", "/metrics/"])
def test_every_answer_to_every_method_is_ours(reader: TestClient, path: str) -> None:
    for method in METHODS:
        answer = reader.request(method, path, follow_redirects=False)
        assert answer.status_code < 500
        assert not 300 <= answer.status_code < 400
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            if answer.content:
                assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_of_a_page_to_every_method_is_ours(reader: TestClient, path: str) -> None:
    for method in METHODS:
        answer = reader.request(method, path, follow_redirects=False)
        assert answer.status_code < 500
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_browser_that_finds_nothing_is_shown_a_page(reader: TestClient) -> None:
    answer = reader.get("/nothing/<script>", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "&lt;script&gt;" in answer.text
    assert (
        reader.get("/v1/nothing", headers={"Accept": "text/html"}).headers["content-type"] == "application/problem+json"
    )


def test_a_method_that_there_is_not_is_told_those_that_there_are(reader: TestClient) -> None:
    answer = reader.delete("/v1/models/loans/events")
    assert answer.status_code == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}
    assert "Allow" in answer.json()["detail"]
    assert reader.options("/v1/models/loans/predictions").headers["allow"] == "POST"


def test_head_is_answered_as_get_is(reader: TestClient) -> None:
    got, head = reader.get("/v1/models/loans"), reader.head("/v1/models/loans")
    assert head.status_code == 200
    assert head.headers["content-length"] == got.headers["content-length"]


def test_a_path_is_written_in_one_way(reader: TestClient) -> None:
    answer = reader.get("/v1/models/", headers={"Host": "localhost"}, follow_redirects=False)
    assert answer.status_code == 404


def test_a_fault_of_ours_is_500_without_its_text(home: Home) -> None:
    app = build(home)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        app.state.live.home = None
        answer = client.get("/v1/models")
        app.state.live.home = home
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "NoneType" not in answer.text


def test_stopping_brings_every_answered_row_into_the_lake(home: Home) -> None:
    with TestClient(build(home), base_url="http://localhost") as client:
        client.post("/v1/models/delay/predictions", json={"prediction_id": "a", "score": 0.5})
    assert home.spool.backlog == 0
    [key] = home.pending()
    assert home.lake.scan(key, "predictions").collect()["prediction_id"].to_list() == ["a"]
