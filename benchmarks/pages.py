"""How soon the pages are there: first paint, charts drawn, and bytes over the wire, of first and of later visits.

Browser and server share the machine, over loopback. The homes hold 300 models, 50 columns by 90 days, the
flight year.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from browser import DESKTOP, launched, program
from homes import WIDE, make_fleet, make_flights, make_wide
from served import Served

FLIGHT_PAGES = {
    "flights, fleet": "/",
    "flights, incidents": "/incidents",
    "flights, model, a year": "/models/flight-delay",
    "flights, column": "/models/flight-delay/columns/temp",
    "flights, incident": "/incidents/23",
}
WIDE_PAGES = {
    "50 columns, model, 90 d": f"/models/{WIDE.model}?range=90d",
    "50 columns, column": f"/models/{WIDE.model}/columns/feature_00",
}
FLEET_PAGES = {"300 models, fleet": "/"}
# Looks at every frame whether all is there that is in sight, and keeps the first moment at which it is.
_WATCH = """
(() => {
  const look = () => {
    const charts = [...document.querySelectorAll("[data-chart]")];
    const there = document.readyState === "complete" && charts.every((chart) => {
      const box = chart.getBoundingClientRect();
      return !(box.height > 0 && box.bottom > 0 && box.top < innerHeight) || chart.querySelector("svg.marks");
    });
    if (there) window.drawnAfter = performance.now(); else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
_SEEN = "() => window.drawnAfter && performance.getEntriesByName('first-contentful-paint').length"
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
_BYTES = "() => performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0)"
_SERVER = (
    "() => { const [it] = performance.getEntriesByType('navigation'); return it.responseStart - it.requestStart; }"
)


@dataclass(frozen=True)
class Seen:
    """One visit: milliseconds until the answer began, the first paint and all in sight was drawn; bytes that came."""

    server: float
    paint: float
    drawn: float
    size: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--flights", type=Path, metavar="HOME", help="a home in which the flight year has run")
    given = parser.parse_args()
    if program() is None:
        print("pages: there is no Chromium on this machine, so they are left out: make services installs it")
        return
    heads = ("page", "server ms", "first paint ms", "drawn ms", "first visit kB", "later visit kB", "later paint ms")
    print("  ".join([f"{heads[0]:<24}", *(f"{head:>14}" for head in heads[1:])]))
    with TemporaryDirectory() as folder, ExitStack() as stack, launched() as browser:
        for home, pages in _homes(Path(folder), given.flights):
            served = stack.enter_context(Served(home))
            served.start()
            for name, path in pages.items():
                print(
                    f"{name:<24}  "
                    + "  ".join(f"{cell:>14}" for cell in measured(browser, served.url + path, given.rounds))
                )
                sys.stdout.flush()


def measured(browser: Browser, address: str, rounds: int) -> list[str]:
    """One row of the table: medians of so many pairs of visits, each pair with an empty cache to begin with."""
    pairs = [_visited(browser, address) for _ in range(rounds)]
    first, later = zip(*pairs, strict=True)

    def median(seen: tuple[Seen, ...], name: str) -> float:
        return statistics.median(getattr(each, name) for each in seen)

    times = [f"{median(first, name):.0f}" for name in ("server", "paint", "drawn")]
    sizes = [f"{median(seen, 'size') / 1000:.1f}" for seen in (first, later)]
    return [*times, *sizes, f"{median(later, 'paint'):.0f}"]


def _visited(browser: Browser, address: str) -> tuple[Seen, Seen]:
    context = browser.new_context(viewport=DESKTOP)  # pyright: ignore[reportArgumentType]
    context.add_init_script(_WATCH)
    try:
        return _seen(context.new_page(), address), _seen(context.new_page(), address)
    finally:
        context.close()


def _seen(page: Page, address: str) -> Seen:
    page.goto(address)
    page.wait_for_function(_SEEN)
    server, paint, size = (page.evaluate(script) for script in (_SERVER, _PAINT, _BYTES))
    return Seen(server, paint, page.evaluate("window.drawnAfter"), size)


def _homes(folder: Path, flights: Path | None) -> Iterator[tuple[Path, dict[str, str]]]:
    make_fleet(folder / "fleet")
    yield folder / "fleet", FLEET_PAGES
    make_wide(folder / "wide")
    yield folder / "wide", WIDE_PAGES
    if flights is None:
        make_flights(folder / "flights")
    yield flights or folder / "flights", FLIGHT_PAGES


if __name__ == "__main__":
    main()
