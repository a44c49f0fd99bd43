"""The flights through the client and a server end in what the files end in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.cli.session import Session
from modelwatch.demo import FLIGHT_DELAY, FLIGHTS
from modelwatch.demo.replay import FIRST, replay
from modelwatch.sdk import Client
from served import Served

LAST = datetime(2013, 3, 18, 5, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def facts(home: Home) -> list[dict[str, Any]]:
    """The last revision of every measurement; values to nine digits, for sums are added in another order."""
    found = [each.to_dict() for each in home.metrics(FLIGHT_DELAY)]
    return [{**each, "value": None if each["value"] is None else f"{each['value']:.9g}"} for each in map(_bare, found)]


def _bare(measurement: dict[str, Any]) -> dict[str, Any]:
    return {
        name: measurement[name] for name in ("metric", "column", "version", "window", "span", "value", "n", "status")
    }


@pytest.mark.slow
@pytest.mark.system
def test_through_a_server_is_as_from_files(tmp_path: Path, serving: Callable[[Path], Served]) -> None:
    known = pl.col("timestamp") <= LAST
    with Home.open(tmp_path / "files", write=True) as home:
        home.apply(FLIGHTS / "monitor.yaml")
        for name, take in (("predictions", home.ingest), ("labels", home.label)):
            pl.read_parquet(FLIGHTS / f"{name}.parquet").filter(known).write_parquet(tmp_path / f"{name}.parquet")
            take(FLIGHT_DELAY, [tmp_path / f"{name}.parquet"])
        home.run(FLIGHT_DELAY, until=microseconds(LAST))
        expected = facts(home)
    with Home.open(tmp_path / "served", write=True) as home:
        home.run(until=microseconds(FIRST))
    url = serving(tmp_path / "served").url
    session = Session(home=tmp_path / "served")
    with session.writing() as home, Client(url, model=FLIGHT_DELAY.model) as client:
        home.apply(FLIGHTS / "monitor.yaml")
        *_, sent = replay(client, lambda until: home.run(FLIGHT_DELAY, until=until), last=LAST)
    assert (sent.until, client.stats().dropped, client.stats().quarantined) == (microseconds(LAST), 0, 0)
    with session.reading() as home:
        assert facts(home) == expected
    assert len(expected) > 2000
