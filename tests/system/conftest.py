"""A server in a process of its own, for the tests of one file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served") / "home") as made:
        made.start()
        yield made
