"""Pages by keyboard alone, with the back button, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from browser import Visit


def where(page: Any) -> str:
    parts = urlsplit(page.url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.closest('[data-row]')?.dataset.row || ''"))


def test_from_the_fleet_to_an_incident_and_back_by_keys(visit: Callable[..., Visit], fleet: str) -> None:
    eye = visit(fleet)
    page = eye.open("/")
    names = [row.get_attribute("data-row") for row in page.locator("tr[data-row]").all()[:3]]
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert focused(page) == names[place]
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/*")
    page.go_back()
    page.wait_for_url(fleet + "/")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/incidents/*")
    for keys, there in (("ge", "/events"), ("gi", "/incidents"), ("gf", "/")):
        page.keyboard.type(keys)
        page.wait_for_url(fleet + there)


def test_a_filter_as_one_types_stands_in_the_address(visit: Callable[..., Visit], fleet: str) -> None:
    eye = visit(fleet)
    page = eye.open("/")
    page.keyboard.press("/")
    page.keyboard.type("house-price")
    shown = page.locator("tr[data-row]:visible")
    page.wait_for_function("location.search === '?q=house-price'")
    some = shown.count()
    assert 0 < some < 40
    assert int(page.locator("[data-shown]").inner_text()) == some
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/house-price*")
    page.go_back()
    page.wait_for_url("**/?q=house-price")
    assert page.locator("tr[data-row]:visible").count() == some
    assert page.locator("[data-filter]").input_value() == "house-price"
    page.reload()
    assert page.locator("tr[data-row]:visible").count() == some


def test_keys_are_text_while_one_types(visit: Callable[..., Visit], flights: str) -> None:
    page = visit(flights).open("/incidents/23")
    page.locator("[data-comment]").focus()
    page.keyboard.type("jog a c ? gi t /")
    assert page.locator("[data-comment]").input_value() == "jog a c ? gi t /"
    assert where(page) == "/incidents/23"
    assert page.locator("dialog[open]").count() == 0


def test_the_list_of_keys_opens_and_closes(visit: Callable[..., Visit], flights: str) -> None:
    page = visit(flights).open("/rules")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_tables_stand_for_charts(visit: Callable[..., Visit], flights: str) -> None:
    eye = visit(flights)
    page = eye.open("/models/flight-delay")
    page.locator("body").press("t")
    tables = page.locator(".chart-table")
    assert tables.count() >= 4
    assert page.locator(".chart-table tbody tr").count() > 300
    page.keyboard.press("t")
    assert tables.count() == 0


def test_a_crosshair_by_arrow_keys(visit: Callable[..., Visit], flights: str) -> None:
    eye = visit(flights)
    page = eye.open("/models/flight-delay")
    lanes = page.locator(".lanes").first
    before = lanes.locator("[data-readout]").first.inner_text()
    lanes.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert lanes.locator(".crosshair:visible").count() == 1
    assert lanes.locator("[data-readout]").first.inner_text() != before
    page.keyboard.press("Escape")
    assert lanes.locator("[data-readout]").first.inner_text() == before


def test_search_suggests_and_leads_on(visit: Callable[..., Visit], flights: str) -> None:
    page = visit(flights).open("/incidents")
    page.locator("[data-search]").fill("tem")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/flight-delay/columns/temp*")


def test_the_first_stop_of_the_tab_key_skips_to_the_content(visit: Callable[..., Visit], flights: str) -> None:
    page = visit(flights).open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_back_button_brings_a_range_back(visit: Callable[..., Visit], flights: str) -> None:
    eye = visit(flights)
    page = eye.open("/models/flight-delay?range=90d")
    before = page.locator(".figures").inner_text()
    page.get_by_role("link", name="7 d", exact=True).first.click()
    page.wait_for_url("**range=7d*")
    eye.settle()
    page.go_back()
    page.wait_for_url("**range=90d*")
    eye.settle()
    assert page.locator(".figures").inner_text() == before


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", "temp, dewp and 5 more columns are missing"),
        ("/?state=critical", "flight-delay"),
        ("/incidents", "open incident"),
        ("/incidents/23", "Check the source"),
        ("/models/flight-delay", "ROC AUC"),
        ("/models/flight-delay/columns/temp", "Median"),
        ("/search?q=temp", "temp"),
        ("/rules", "mean label"),
    ],
)
def test_without_scripts_text_and_tables_are_there(
    visit: Callable[..., Visit], flights: str, path: str, told: str
) -> None:
    page = visit(flights, scripts=False).page
    page.goto(flights + path)
    assert told.lower() in page.locator("main").inner_text().lower()
