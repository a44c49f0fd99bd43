"""Pictures of the pages for the documentation: `make screenshots`. The fleet is the one of the benchmarks.

The homes are made anew unless they are named; pictures change only where pages do.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser

from browser import Visit, launched
from homes import make_fleet, make_flights
from served import Served

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MOST_BYTES = 300_000


@dataclass(frozen=True)
class Picture:
    """One picture: what it shows of which home, and how."""

    name: str
    path: str
    fleet: bool = False
    theme: Literal["light", "dark"] = "light"
    phone: bool = False


MODEL, COLUMN, INCIDENT = "/models/flight-delay", "/models/flight-delay/columns/temp", "/incidents/23"
PICTURES = (
    Picture("fleet", "/", fleet=True),
    Picture("fleet-dark", "/", fleet=True, theme="dark"),
    Picture("fleet-phone", "/", fleet=True, phone=True),
    Picture("model", MODEL),
    Picture("model-dark", MODEL, theme="dark"),
    Picture("model-phone", MODEL, phone=True),
    Picture("column", COLUMN),
    Picture("column-dark", COLUMN, theme="dark"),
    Picture("incident", INCIDENT),
    Picture("incident-dark", INCIDENT, theme="dark"),
    Picture("incident-phone", INCIDENT, phone=True),
)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", type=Path, metavar="HOME", help="a home in which the flight year has run")
    parser.add_argument("--fleet", type=Path, metavar="HOME", help="a home of 300 models")
    given = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, ExitStack() as stack, launched() as browser:
        homes = {True: given.fleet or Path(folder) / "fleet", False: given.flights or Path(folder) / "flights"}
        for fleet, make in ((True, make_fleet), (False, make_flights)):
            if not homes[fleet].exists():
                make(homes[fleet])
        servers = {fleet: stack.enter_context(Served(home)) for fleet, home in homes.items()}
        for served in servers.values():
            served.start()
        for picture in PICTURES:
            size = taken(browser, servers[picture.fleet].url, picture)
            print(f"{picture.name:<16} {size / 1000:6.0f} kB")


def taken(browser: Browser, server: str, picture: Picture) -> int:
    """Take one picture; returns its bytes."""
    visit = Visit(browser, server, theme=picture.theme, phone=picture.phone)
    try:
        page = visit.open(picture.path)
        page.evaluate("document.fonts.ready")
        path = FOLDER / f"{picture.name}.png"
        page.screenshot(path=path, animations="disabled")
        if visit.troubles or path.stat().st_size > MOST_BYTES:
            raise SystemExit(f"{picture.name}: {path.stat().st_size:,} bytes, at most {MOST_BYTES:,}; {visit.troubles}")
        return path.stat().st_size
    finally:
        visit.context.close()


if __name__ == "__main__":
    main()
