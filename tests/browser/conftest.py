"""A browser, and servers to look at: the flight year, a fleet of 300 models, and homes that a test may change."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import homes
from browser import NAMES, Visit, launched, program
from served import Served


class Missing(Exception):
    """There is no browser on a machine where no test may be skipped."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for the tests of one file: while it is open no other test of the process can run an event loop."""
    if program() is None:
        reason = f"{' or '.join(NAMES)} is not installed: make services installs it on Debian"
        if os.environ.get("CI") == "true":
            raise Missing(reason)
        pytest.skip(reason)
    with launched() as opened:
        yield opened


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """Look at a server; at the end of the test nothing may have gone wrong that it did not take out of `troubles`."""
    visits: list[Visit] = []

    def begin(server: str, **options: Any) -> Visit:
        visits.append(Visit(browser, server, **options))
        return visits[-1]

    yield begin
    for each in visits:
        each.context.close()
    assert [trouble for each in visits for trouble in each.troubles] == []


@pytest.fixture(scope="session")
def serve_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Served]]:
    """Serve copies of homes until the end."""
    with ExitStack() as stack:

        def start(home: Path) -> Served:
            copy = tmp_path_factory.mktemp("served") / "home"
            shutil.copytree(home, copy)
            served = stack.enter_context(Served(copy))
            served.start()
            return served

        yield start


@pytest.fixture(scope="session")
def flights(flight_year: Path, serve_copy: Callable[[Path], Served]) -> str:
    """The address of a server with the flight year, to be read only."""
    return serve_copy(flight_year).url


@pytest.fixture(scope="session")
def fleet_folder(made_once: Callable[..., Path]) -> Path:
    """The home of 300 models."""
    return made_once("fleet", lambda folder: homes.make_fleet(folder / "home")) / "home"


@pytest.fixture(scope="session")
def fleet(fleet_folder: Path, serve_copy: Callable[[Path], Served]) -> str:
    """The address of a server with 300 models, to be read only."""
    return serve_copy(fleet_folder).url


@pytest.fixture(scope="session")
def ask() -> Callable[..., Any]:
    """Ask a server for JSON."""

    def get(url: str, key: str | None = None) -> Any:
        request = urllib.request.Request(url, headers={} if key is None else {"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    return get
