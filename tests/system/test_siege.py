"""A server that is killed, frozen or flooded under a stream of posts loses, doubles and changes nothing it answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from siege import flooded, frozen, killed

pytestmark = [pytest.mark.system, pytest.mark.slow]


def test_killed_at_random(tmp_path: Path) -> None:
    seen = killed(tmp_path / "home", kills=4, clients=4, most_seconds=1.5)
    assert seen.acknowledged > 100
    assert seen.faults == {}
    assert seen.start_processor_seconds < 5


def test_frozen_and_let_go(tmp_path: Path) -> None:
    seen = frozen(tmp_path / "home", seconds=3, clients=4)
    assert seen.acknowledged > 100
    assert seen.faults == {}


def test_flooded_with_large_bodies(tmp_path: Path) -> None:
    seen = flooded(tmp_path / "home", seconds=12, clients=8, rows=100_000)
    assert seen.acknowledged >= 100_000
    assert seen.faults == {}
    assert seen.statuses.keys() <= {200, 429}
    assert seen.memory_bytes < 900 << 20
