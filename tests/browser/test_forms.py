"""What people say to the pages: looking after an incident, silence, comments, light and dark, and keys."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser import Visit
from modelwatch.app import Home
from served import Served

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ours(flight_year: Path, serve_copy: Callable[[Path], Served]) -> str:
    """The flight year, to be changed by the tests of this file."""
    return serve_copy(flight_year).url


@pytest.fixture(scope="module")
def locked(
    flight_year: Path, serve_copy: Callable[[Path], Served], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, str]]:
    """The flight year behind keys: the address, and keys by what they may do."""
    home = tmp_path_factory.mktemp("locked") / "home"
    shutil.copytree(flight_year, home)
    with Home.open(home, write=True) as opened:
        keys = {
            scope: opened.create_key(f"a {scope} key", scopes=scopes, project=project)["key"]
            for scope, scopes, project in (
                ("read", ("read",), "default"),
                ("operate", ("read", "operate"), "default"),
                ("ingest", ("ingest",), "default"),
                ("elsewhere", ("read",), "other"),
            )
        }
    return serve_copy(home).url, keys


def test_somebody_looks_after_an_incident(visit: Callable[..., Visit], ours: str, ask: Ask) -> None:
    eye = visit(ours)
    page = eye.open("/incidents/23")
    page.get_by_role("button", name="Acknowledge").click()
    page.wait_for_load_state()
    assert page.locator("[role=status]:visible").count() == 1
    assert "acknowledged" in page.locator(".incident-facts").inner_text()
    assert page.get_by_role("button", name="Acknowledge").count() == 0
    assert ask(f"{ours}/v1/incidents/23")["state"] == "acknowledged"
    assert "acknowledged" in eye.open("/").locator('tr[data-row="flight-delay/prod"]').inner_text()


def test_a_comment_is_kept_as_it_was_written(visit: Callable[..., Visit], ours: str, ask: Ask) -> None:
    text = 'Feed <b>is</b> down & "we" wait: {{7*7}}'
    page = visit(ours).open("/incidents/22")
    page.locator("[data-comment]").fill(text)
    page.locator(".comment input[name=who]").fill("Zoë")
    page.locator(".comment button").click()
    page.wait_for_load_state()
    assert text in page.locator("main").inner_text()
    assert "Zoë" in page.locator("main").inner_text()
    assert f"comment: {text}" in [each["text"] for each in ask(f"{ours}/v1/incidents/22")["timeline"]]


def test_an_empty_comment_is_refused_on_the_page(visit: Callable[..., Visit], ours: str) -> None:
    eye = visit(ours)
    page = eye.open("/incidents/22")
    page.locator(".comment button").click()
    page.wait_for_load_state()
    assert page.locator("[role=alert]").count() == 1
    assert [trouble for trouble in eye.troubles if "422" not in trouble] == []
    eye.troubles.clear()


def test_an_incident_is_silenced_and_heard_again(visit: Callable[..., Visit], ours: str) -> None:
    page = visit(ours).open("/incidents/22")
    page.get_by_text("Silence", exact=False).first.click()
    page.locator("form.silence .choices button").first.click()
    page.wait_for_load_state()
    assert "silenced until" in page.locator(".incident-facts").inner_text()
    page.get_by_role("button", name="End the silence").click()
    page.wait_for_load_state()
    assert "silenced until" not in page.locator(".incident-facts").inner_text()


def test_forms_work_without_scripts(visit: Callable[..., Visit], ours: str, ask: Ask) -> None:
    page = visit(ours, scripts=False).page
    page.goto(f"{ours}/incidents/21")
    page.locator("[data-comment]").fill("no script was needed")
    page.locator(".comment button").click()
    page.wait_for_load_state()
    assert "comment: no script was needed" in [each["text"] for each in ask(f"{ours}/v1/incidents/21")["timeline"]]


def test_light_and_dark_are_chosen_and_kept(visit: Callable[..., Visit], ours: str) -> None:
    page = visit(ours).open("/incidents?since=all")
    ground = "getComputedStyle(document.body.parentElement).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_load_state()
    assert page.evaluate(ground) != light
    page.goto(ours + "/rules")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("button", name="As the system").click()
    page.wait_for_load_state()
    assert page.evaluate(ground) == light


def test_the_choice_of_theme_leads_back_to_the_page_as_it_was(visit: Callable[..., Visit], ours: str) -> None:
    page = visit(ours).open("/incidents?since=all")
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_load_state()
    assert page.url == ours + "/incidents?since=all"


def sign_in(page: Any, key: str) -> None:
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def test_a_key_opens_the_page_that_was_asked_for(
    visit: Callable[..., Visit], locked: tuple[str, dict[str, str]]
) -> None:
    url, keys = locked
    eye = visit(url)
    page = eye.open("/incidents/23")
    assert page.url.startswith(f"{url}/sign-in?next=")
    assert "temp" not in page.locator("main").inner_text()
    sign_in(page, keys["operate"])
    eye.settle()
    assert page.url == f"{url}/incidents/23"
    page.get_by_role("button", name="Acknowledge").click()
    page.wait_for_load_state()
    assert "acknowledged by a operate key" in page.locator(".incident-facts").inner_text()
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    assert page.url == f"{url}/sign-in"
    assert "/sign-in" in eye.open("/").url


def test_a_key_that_only_reads_is_told_so(visit: Callable[..., Visit], locked: tuple[str, dict[str, str]]) -> None:
    url, keys = locked
    eye = visit(url)
    page = eye.open("/incidents/22")
    sign_in(page, keys["read"])
    eye.settle()
    assert page.get_by_role("button", name="Acknowledge").is_disabled()
    assert "operate" in page.locator("main").inner_text()


def test_a_key_of_another_project_sees_nothing_of_ours(
    visit: Callable[..., Visit], locked: tuple[str, dict[str, str]]
) -> None:
    url, keys = locked
    eye = visit(url)
    sign_in(eye.open("/"), keys["elsewhere"])
    assert "flight-delay" not in eye.page.content()
    for path in ("/models/flight-delay", "/incidents/23", "/search?q=flight", "/models/flight-delay/columns/temp"):
        text = eye.open(path).locator("main").inner_text()
        assert "Critical" not in text, path
        assert "dewp" not in text, path
    assert all("404" in trouble for trouble in eye.troubles)
    eye.troubles.clear()


def test_a_key_without_reading_is_refused(visit: Callable[..., Visit], locked: tuple[str, dict[str, str]]) -> None:
    url, keys = locked
    eye = visit(url)
    page = eye.open("/")
    sign_in(page, keys["ingest"])
    assert "lacks the scope 'read'" in page.locator("[role=alert]").inner_text()
    assert all("403" in trouble for trouble in eye.troubles)
    eye.troubles.clear()
