"""How a column's values lay: counts that add up to the rows, on the reference's own bins and categories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.work import distribution as module

START = parse_instant("2026-03-01")
KEY = ModelKey("loans")
CITIES = [f"c{number:02}" for number in range(70)]
MONITOR = """
model: loans
task: none
columns: {id: id, timestamp: at, version: v, features: {income: numeric, city: categorical}}
windows: {size: 1d, lateness: 0h, spans: [1]}
"""


def rows(first_day: int, days: int, *, version: str = "1") -> pl.DataFrame:
    rng = np.random.default_rng(days)
    instants = START + first_day * DAY + np.arange(days * 100) * (DAY // 100)
    income = rng.normal(50, 10, instants.size)
    income[::10] = np.nan
    given: dict[str, Any] = {
        "id": [f"{version}-{first_day}-{i}" for i in range(instants.size)],
        "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
        "v": [version] * instants.size,
        "income": pl.Series(income).fill_nan(None),
        "city": rng.choice(CITIES, instants.size),
    }
    return pl.DataFrame(given)


@pytest.fixture(scope="module", params=[True, False], ids=["reference", "none"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, bool]]:
    """A home with two days of one version and one of another, with a reference or without."""
    folder = tmp_path_factory.mktemp("lies")
    rows(-20, 20).write_parquet(folder / "reference.parquet")
    pl.concat([rows(0, 2), rows(1, 1, version="2")]).write_parquet(folder / "served.parquet")
    text = MONITOR + ("reference: {path: reference.parquet}\n" if request.param else "")
    (folder / "monitor.yaml").write_text(text)
    with Home.open(folder / "home", write=True) as opened:
        opened.apply(folder / "monitor.yaml")
        opened.ingest(KEY, [folder / "served.parquet"])
        opened.run(until=START + 2 * DAY)
        yield opened, request.param


def test_every_row_is_in_one_bin(home: tuple[Home, bool]) -> None:
    told = home[0].distribution(KEY, "income", since=START, until=START + 2 * DAY, version=None)
    current = told["current"]
    assert (current["rows"], current["missing"], sum(current["counts"])) == (300, 30, 270)
    assert len(told["bins"]) == len(current["counts"]) <= module.BINS + 2
    assert (told["bins"][0]["start"], told["bins"][-1]["end"]) == (None, None)
    assert [each["end"] for each in told["bins"][:-1]] == [each["start"] for each in told["bins"][1:]]
    if home[1]:
        assert sum(told["reference"]["counts"]) == told["reference"]["rows"] - told["reference"]["missing"] == 1800
    else:
        assert told["reference"] is None


def test_categories_are_the_most_frequent_of_both_sides(home: tuple[Home, bool]) -> None:
    told = home[0].distribution(KEY, "city", since=START, until=START + 2 * DAY, version=None)
    sides = [told["current"], *([told["reference"]] if home[1] else [])]
    assert len(told["categories"]) == module.CATEGORIES
    assert all(len(side["counts"]) == module.CATEGORIES for side in sides)
    totals = [sum(counts) for counts in zip(*(side["counts"] for side in sides), strict=True)]
    assert totals == sorted(totals, reverse=True)


def test_a_version_and_a_stretch_are_counted_alone(home: tuple[Home, bool]) -> None:
    def counted(since: int, until: int, version: str | None) -> int:
        return home[0].distribution(KEY, "income", since=since, until=until, version=version)["current"]["rows"]

    assert counted(START, START + DAY, None) == 100
    assert counted(START, START + 2 * DAY, "1") == 200
    assert counted(START, START + 2 * DAY, "2") == 100
    assert counted(START - DAY, START, None) == 0


def test_what_is_not_there_is_named(home: tuple[Home, bool], tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="income"):
        home[0].distribution(KEY, "incme", version=None)
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    with Home.open(tmp_path / "home", write=True) as fresh:
        fresh.apply(tmp_path / "monitor.yaml")
        with pytest.raises(InputError, match="run it first"):
            fresh.distribution(KEY, "income", version=None)
