"""A served home, spoken to in the same process or over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.serve import build

TOKEN = "the token of this machine"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home.open(tmp_path / "home", write=True) as opened:
        yield opened


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    with TestClient(build(home, token=TOKEN), base_url="http://localhost") as made:
        yield made
