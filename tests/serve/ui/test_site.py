"""How every page is written: headers, escaping, the frame, and errors that are pages."""

from __future__ import annotations

import gzip
import html
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.errors import HomeError, InputError
from modelwatch.serve import build
from modelwatch.serve.routes.table import ENDPOINTS
from modelwatch.serve.ui import session
from modelwatch.serve.ui.site import POLICY, chart_json, data_json, environment, segment
from modelwatch.show.charts import Chart, layered, rows_of

HOSTILE = "</script><script>alert(1)</script>{{7*7}}\u2028\u202e\"'&<b>"


def test_a_page_may_load_from_its_own_server_only(reader: TestClient) -> None:
    answer = reader.get("/sign-in")
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(POLICY.split("; "))
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_templates_hold_nothing_that_the_policy_forbids() -> None:
    made = environment()
    for name in made.list_templates():
        assert made.loader is not None
        source, _, _ = made.loader.get_source(made, name)
        assert "style=" not in source, name
        assert "<style" not in source, name
        assert "javascript:" not in source, name
        assert " onclick" not in source, name
        assert "|safe" not in source, name


def test_a_page_is_packed_for_those_who_can_unpack_it(reader: TestClient) -> None:
    packed = reader.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    plain = reader.get("/sign-in", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert len(gzip.compress(plain.content, 5)) == int(packed.headers["content-length"])
    assert set(packed.headers["vary"].split(", ")) == {"Accept-Encoding", "Cookie"}


def test_everything_is_escaped_unless_it_is_said_otherwise() -> None:
    made = environment().from_string("<p title='{{ x }}'>{{ x }}</p>").render(x=HOSTILE)
    assert "<script" not in made
    assert html.unescape(made) == f"<p title='{HOSTILE}'>{HOSTILE}</p>"


def test_a_name_that_a_template_does_not_get_is_an_error() -> None:
    with pytest.raises(Exception, match="'missing' is undefined"):
        environment().from_string("{{ missing }}").render()


def test_data_cannot_end_the_element_in_which_it_stands() -> None:
    text = data_json({HOSTILE: [HOSTILE, 1, None, 0.5]})
    assert isinstance(text, Markup)
    assert not {"<", "\u2028", "\u2029"} & set(text)
    assert json.loads(text) == {HOSTILE: [HOSTILE, 1, None, 0.5]}


def test_a_chart_is_told_with_its_numbers() -> None:
    spec = layered({"data": rows_of([{"a": 1}]), "mark": "point"}, height=20)
    chart = Chart(name="psi", says="It is 1.", spec=spec, columns={"a": HOSTILE}, rows=[{"a": 1}])
    told = json.loads(chart_json(chart, more=3))
    assert (told["name"], told["columns"], told["rows"], told["more"]) == ("psi", {"a": HOSTILE}, [{"a": 1}], 3)
    assert told["spec"]["$schema"].startswith("https://vega.github.io/schema/vega/")


def test_a_name_is_one_step_of_a_path() -> None:
    assert segment("a/b?c#d%e ü") == "a%2Fb%3Fc%23d%25e%20%C3%BC"


def test_the_frame_shows_the_clock_and_the_watcher(reader: TestClient) -> None:
    page = reader.get("/sign-in").text
    assert 'datetime="2026-03-05T01:00:00Z"' in page
    assert "Watcher fine" in page
    assert '<span class="tag" title="The clock stands at the last instant that was run">replay</span>' in page


def test_the_choice_of_theme_is_in_the_page_at_once(desk: TestClient) -> None:
    assert "data-theme" not in desk.get("/sign-in").text
    desk.cookies.set("modelwatch_theme", "dark")
    assert '<html lang="en" data-theme="dark">' in desk.get("/sign-in").text
    desk.cookies.set("modelwatch_theme", '"><script>')
    assert "data-theme" not in desk.get("/sign-in").text


def test_a_browser_that_is_lost_gets_a_page_and_a_program_a_problem(reader: TestClient) -> None:
    answer = reader.get("/no/such/<b>page", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here by that name" in answer.text
    assert "<b>page" not in answer.text
    for path, accept in (("/no/such", "*/*"), ("/v1/no/such", "text/html")):
        told = reader.get(path, headers={"Accept": accept})
        assert told.headers["content-type"] == "application/problem+json"


@pytest.fixture
def failing(watched: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a server whose page to sign in fails as it is told."""
    error: list[Exception] = []

    async def fail(call: Any) -> Any:
        raise error[0]

    ask = next(each for each in ENDPOINTS if each.handler is session.ENDPOINTS[0].handler)
    endpoints = tuple(replace(each, handler=fail) if each is ask else each for each in ENDPOINTS)
    monkeypatch.setattr("modelwatch.serve.server.ENDPOINTS", endpoints)
    with TestClient(build(watched), base_url="http://localhost") as client:

        def ask_for(told: Exception) -> Any:
            error[:] = [told]
            return client.get("/sign-in")

        yield ask_for


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (InputError("so <not>"), 422, "That cannot be done as it was asked"),
        (HomeError("locked"), 503, "The home cannot be read now"),
    ],
)
def test_an_error_of_ours_is_told_in_its_own_words(failing: Any, error: Exception, status: int, title: str) -> None:
    answer = failing(error)
    assert answer.status_code == status
    assert title in answer.text
    assert html.escape(str(error)) in answer.text
    assert "Reference" not in answer.text


def test_an_error_of_a_program_is_told_by_a_reference_only(failing: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = failing(ZeroDivisionError("a secret"))
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    reference = answer.text.partition("Reference ")[2][:8]
    assert len(reference) == 8
    assert reference in caplog.text
    assert "a secret" in caplog.text


def test_the_documentation_of_the_folder_is_served_to_nobody(reader: TestClient, made: Path) -> None:
    assert reader.get("/static/0/base.html").status_code == 404
    assert reader.get(f"/{made.name}", headers={"Accept": "text/html"}).status_code == 404
