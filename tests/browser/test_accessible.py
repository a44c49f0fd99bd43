"""What people cannot use, as axe-core finds it: on every kind of page, in the light and the dark, on desk and phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import Visit

SEVERE = {"serious", "critical"}
FLIGHTS = {
    "fleet": "/",
    "incidents": "/incidents",
    "all incidents": "/incidents?since=all",
    "events": "/events",
    "rules": "/rules",
    "search": "/search?q=temp",
    "model": "/models/flight-delay",
    "model, 90 days": "/models/flight-delay?range=90d",
    "numeric column": "/models/flight-delay/columns/temp",
    "categorical column": "/models/flight-delay/columns/carrier",
    "prediction": "/models/flight-delay/columns/prediction",
    "data fault": "/incidents/23",
    "another incident": "/incidents/22",
    "sign in": "/sign-in",
}


def severe(page: Any) -> list[str]:
    """What axe-core finds to be serious or critical: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target'][0]} {node['html'][:160]}"
        for each in found
        if each["impact"] in SEVERE
        for node in each["nodes"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "phone"), [("light", False), ("dark", False), ("light", True), ("dark", True)])
def test_the_pages_of_the_flights(
    visit: Callable[..., Visit], flights: str, theme: Literal["light", "dark"], phone: bool
) -> None:
    eye = visit(flights, theme=theme, phone=phone)
    assert {name: found for name, path in FLIGHTS.items() if (found := severe(eye.open(path)))} == {}


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_fleet_and_its_states(visit: Callable[..., Visit], fleet: str, theme: Literal["light", "dark"]) -> None:
    eye = visit(fleet, theme=theme)
    page = eye.open("/?state=pending")
    assert severe(page) == []
    for state in ("pending", "nodata", "critical"):
        page = eye.open(f"/?state={state}")
        page.locator("tr[data-row] .c-model a").first.click()
        page.wait_for_load_state()
        eye.settle()
        assert severe(page) == [], state


def test_open_menus_and_the_list_of_keys(visit: Callable[..., Visit], flights: str) -> None:
    eye = visit(flights)
    page = eye.open("/incidents/23")
    for summary in page.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
            assert severe(page) == []
            page.keyboard.press("Escape")
    page.locator("body").press("?")
    assert page.locator("dialog[open]").count() == 1
    assert severe(page) == []
