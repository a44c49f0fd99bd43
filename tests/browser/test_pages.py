"""Every page that a link leads to: it is there, draws its charts, breaks no rule, and fits the window."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from browser import DESKTOP, PHONE, Visit

OPENED = 16
"""Pages of the fleet that are opened in a browser, of as many kinds as there are."""


class Links(HTMLParser):
    """The addresses that a page links to, and the names in it that are taken twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.titles = 0
        self._ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.titles += tag == "h1"
        if name := given.get("id"):
            self._ids.append(name)
        if tag == "a" and (link := given.get("href")) is not None:
            self.links.append(link)

    @property
    def twice(self) -> set[str]:
        return {name for name in self._ids if self._ids.count(name) > 1}


def shape(path: str) -> tuple[str, ...]:
    """What kind of address it is: names of models and columns, numbers and values left out."""
    parts = urlsplit(path)
    kind = re.sub(r"/incidents/\d+", "/incidents/N", re.sub(r"/models/[^/]+", "/models/M", parts.path))
    kind = re.sub(r"/columns/.+", "/columns/C", kind)
    return kind, *sorted(name for name, _ in parse_qsl(parts.query))


def crawl(server: str, *, most: int, of_a_kind: int = 2) -> Iterator[tuple[str, int, str]]:
    """The pages that links lead to, nearest first, each with its status and text; of each kind at most so many."""
    waiting, seen, kinds = ["/"], {"/"}, dict[tuple[str, ...], int]()
    while waiting and most:
        path = waiting.pop(0)
        kind = shape(path)
        # What a path names is a page of its own; what a query chooses only shows it otherwise.
        if len(kind) > 1 and kinds.get(kind, 0) >= of_a_kind:
            continue
        kinds[kind], most = kinds.get(kind, 0) + 1, most - 1
        try:
            with urllib.request.urlopen(server + path, timeout=30) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
            error.close()
        yield path, status, text
        for link in Links(text).links:
            found = urlsplit(urljoin(server + path, link))
            there = found.path + (f"?{found.query}" if found.query else "")
            if f"{found.scheme}://{found.netloc}" == server and there not in seen:
                seen.add(there)
                waiting.append(there)


@pytest.mark.slow
def test_every_link_of_the_flights_leads_to_a_page(flights: str) -> None:
    crawled = list(crawl(flights, most=200))
    assert [(path, status) for path, status, _ in crawled if status != 200] == []
    found = {path: text for path, _, text in crawled}
    assert {"/", "/incidents", "/events", "/rules", "/models/flight-delay", "/incidents/23"} <= found.keys()
    assert {f"/models/flight-delay/columns/{name}" for name in ("temp", "carrier", "prediction")} <= found.keys()
    pages = {path: Links(text) for path, text in found.items()}
    assert {path: page.titles for path, page in pages.items() if page.titles != 1} == {}
    assert {path: page.twice for path, page in pages.items() if page.twice} == {}
    # What stands between quotes and tags was escaped once, not twice.
    assert [path for path, text in found.items() if re.search(r"&amp;(amp|lt|gt|quot|#\d+);", text)] == []
    assert [path for path, text in found.items() if re.search(r">\s*(None|nan|NaN|inf|undefined)\s*<", text)] == []


def look(visit: Visit, paths: Iterable[str]) -> None:
    """Open pages, see all of each, and hold it to the width of a desktop and of a phone."""
    wide: list[str] = []
    for path in paths:
        page = visit.open(path)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        visit.settle()
        assert page.locator(".chart-error").count() == 0, path
        found = [(path, width, visit.overflow(width)) for width in (DESKTOP["width"], PHONE["width"])]
        wide += [f"{path} by {by} at {width}" for path, width, by in found if by > 0]
        page.set_viewport_size(DESKTOP)  # pyright: ignore[reportArgumentType]
    assert wide == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(3))
def test_the_flights_in_a_browser(
    visit: Callable[..., Visit], flights: str, ask: Callable[..., Any], part: int
) -> None:
    measured = ask(f"{flights}/v1/models/flight-delay/metrics?metric=missing_share&since=2013-12-31&limit=1000")
    columns = {each["column"] for each in measured}
    incidents = [each["id"] for each in ask(f"{flights}/v1/incidents")]
    paths = ["/", "/incidents", "/events", "/rules", "/search?q=temp", "/models/flight-delay", "/sign-in"]
    paths += [f"/models/flight-delay/columns/{name}" for name in sorted(columns)]
    paths += [f"/incidents/{number}" for number in incidents]
    assert len(paths) > 40
    look(visit(flights), paths[part::3])


@pytest.mark.slow
def test_a_sample_of_the_fleet_in_a_browser(visit: Callable[..., Visit], fleet: str) -> None:
    desk = visit(fleet)
    crawled = list(crawl(fleet, most=OPENED))
    assert [(path, status) for path, status, _ in crawled if status != 200] == []
    kinds = [path for path, _, _ in crawled]
    assert len({shape(path) for path in kinds}) > 8
    # The worst models first, then those of every other state, which are in no one's way.
    rows = desk.open("/").locator("tr[data-row]")
    states: dict[str, str] = {}
    for row in rows.all():
        link = row.locator(".c-model a").get_attribute("href")
        assert link is not None
        states.setdefault(row.locator(".c-state").inner_text(), link)
    assert set(states) == {"Critical", "Warning", "No data", "Pending", "OK"}
    look(desk, dict.fromkeys([*states.values(), *kinds]))
