"""A column as its page is drawn from: numbers equal those of the API, and the right stretch is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.read.chosen import Asked
from modelwatch.read.column import ColumnView, column_view
from modelwatch.read.values import Levels, Numbers

START = parse_instant("2026-03-01")
LOANS = ModelKey("loans")


MONITOR = """
model: loans
task: binary
columns: {id: id, timestamp: at, score: score, features: {income: numeric, branch/city: categorical}}
reference: {path: reference.parquet}
windows: {size: 1d, lateness: 0h, spans: [1]}
"""


def rows(first_day: int, days: int) -> pl.DataFrame:
    """Forty rows a day; from the third day on `income` is missing."""
    rng = np.random.default_rng(abs(first_day))
    at = START + first_day * DAY + np.arange(days * 40) * (DAY // 40)
    income = rng.normal(50, 10, at.size)
    return pl.DataFrame(
        {
            "id": [f"{first_day}-{place}" for place in range(at.size)],
            "at": pl.Series(at).cast(pl.Datetime("us", "UTC")),
            "income": np.where(at < START + 2 * DAY, income, np.nan),
            "branch/city": rng.choice(["north", "süd"], at.size),
            "score": 1 / (1 + np.exp((income - 50) / 10)),
            "label": (rng.random(at.size) < 0.4).astype(int),
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("column")
    rows(-30, 30).write_parquet(folder / "reference.parquet")
    served = rows(0, 4)
    served.drop("label").write_parquet(folder / "served.parquet")
    labels = served.select(prediction_id="id", label="label", timestamp=pl.col("at").dt.offset_by("1h"))
    labels.write_parquet(folder / "labels.parquet")
    (folder / "monitor.yaml").write_text(MONITOR)
    with Home.open(folder / "home", write=True) as opened:
        opened.apply(folder / "monitor.yaml")
        opened.ingest(LOANS, [folder / "served.parquet"])
        opened.label(LOANS, [folder / "labels.parquet"])
        opened.run(until=START + 4 * DAY + DAY // 24)
        yield opened


def read(home: Home, name: str, **asked: object) -> ColumnView:
    with home.state.reading() as tx:
        return column_view(tx, home.catalog, LOANS, name, Asked(**asked))  # pyright: ignore[reportArgumentType]


def test_it_opens_where_an_open_incident_fires(home: Home) -> None:
    view = read(home, "income")
    assert view.incident is not None
    assert (view.selected.start, view.span) == (START + 3 * DAY, 1)
    assert view.firing[0].series.metric == "missing_share"
    assert (view.firing[0].start, view.firing[0].last) == (START + 2 * DAY, 1.0)


def test_a_stretch_without_values_shows_the_last_that_had_some(home: Home) -> None:
    view = read(home, "income")
    assert (view.sides["current"].n, view.sides["current"].missing) == (0, 40)
    assert view.earlier is None  # the window before it had none either
    asked = read(home, "income", since=START + 2 * DAY, until=START + 3 * DAY)
    assert asked.earlier is not None
    assert asked.sides["earlier"].n == 40


def test_numbers_are_those_of_the_api(home: Home) -> None:
    view = read(home, "income", since=START, until=START + 2 * DAY)
    told = home.distribution(LOANS, "income", since=START, until=START + 2 * DAY, version=None)
    assert view.sides["current"].rows == told["current"]["rows"] == 80
    assert view.sides["reference"].rows == told["reference"]["rows"]
    assert isinstance(view.shape, Numbers)
    row = next(row for row in view.rows if row.metric.name == "missing_share")
    measured = home.metrics(LOANS, metric="missing_share", column="income", since=START + DAY, until=START + 2 * DAY)
    assert [each.value for each in measured] == [row.measurement.value]
    assert row.limit == pytest.approx(row.limits[0].value)


def test_days_hold_what_came_and_nothing_where_nothing_came(home: Home) -> None:
    view = read(home, "income", period="7d")
    filled = {day.window.start: day.values for day in view.days if day.values.rows}
    assert list(filled) == [START + place * DAY for place in range(4)]
    assert [each.missing for each in filled.values()] == [0, 0, 40, 40]
    again = read(home, "income", period="7d")
    assert [day.values for day in again.days] == [day.values for day in view.days]


def test_categories_prediction_and_label_are_columns_too(home: Home) -> None:
    names = read(home, "income").columns
    assert names == ("income", "branch/city", "prediction", "label")
    cities = read(home, "branch/city")
    assert isinstance(cities.shape, Levels)
    assert set(cities.shape.names) == {"north", "süd"}
    assert sum(cities.days[-1].levels.values()) == 40
    truth = read(home, "label", since=START, until=START + DAY)
    assert truth.sides["current"].rows == 40
    assert isinstance(truth.shape, Levels)
    assert cities.neighbours == ("income", "prediction")
    assert truth.neighbours == ("prediction", None)


def test_the_axis_grows_to_hold_what_is_looked_at(home: Home) -> None:
    assert read(home, "income", period="7d", since=START - 20 * DAY, until=START).period.name == "28d"
    view = read(home, "income", period="7d", since=START, until=START + DAY)
    assert view.period.name == "7d"
    before, after = view.moved
    assert (before and before.start, after and after.start) == (START - DAY, START + DAY)


def test_what_is_not_there_is_refused(home: Home) -> None:
    with pytest.raises(UnknownName, match="no column 'outcome': income"):
        read(home, "outcome")
    with pytest.raises(InputError, match="no range '3d'"):
        read(home, "income", period="3d")
