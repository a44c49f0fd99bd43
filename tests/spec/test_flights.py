"""The demo's specification, and what `init` proposes for the same reference."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.instants import DAY, HOUR
from modelwatch.spec import Monitor, infer, parse, render

FLIGHTS = Path(__file__).parents[2] / "src/modelwatch/demo/flights"
CATEGORIES = {"weekday", "carrier", "origin", "dest"}
AMOUNTS = {
    "hour",
    "distance",
    "temp",
    "dewp",
    "humid",
    "wind_dir",
    "wind_speed",
    "precip",
    "pressure",
    "visib",
}


@pytest.fixture(scope="module")
def reference() -> pl.DataFrame:
    return pl.read_parquet(FLIGHTS / "reference.parquet")


@pytest.fixture(scope="module")
def demo(catalog: Catalog) -> Monitor:
    return Monitor.from_yaml(FLIGHTS / "monitor.yaml", catalog=catalog)


def test_the_demo_is_what_it_says(demo: Monitor) -> None:
    assert str(demo.key) == "default/flight-delay/prod"
    assert demo.task is Task.BINARY
    assert (demo.calendar.size, demo.calendar.timezone) == (DAY, "America/New_York")
    assert (demo.lateness, demo.spans, demo.team) == (HOUR, (1, 7, 28), "ops")
    assert demo.segments == ("origin", "carrier")
    assert [route.to for route in demo.routes] == [("log",)]
    assert {rule.origin for rule in demo.rules} == {"pack"}
    assert demo.reference.locate(FLIGHTS) == FLIGHTS / "reference.parquet"


def test_the_demo_fits_its_reference(demo: Monitor, reference: pl.DataFrame, catalog: Catalog) -> None:
    fitted = demo.resolve(reference, catalog=catalog)
    assert fitted == demo
    assert {*fitted.features, *fitted.roles.by_role().values()} == {*reference.columns, "latency_ms", "error"}
    assert parse(render(fitted), catalog=catalog) == fitted


def test_the_demos_features_are_those_of_the_model(demo: Monitor) -> None:
    assert {name for name, kind in demo.features.items() if kind is ColumnKind.CATEGORICAL} == CATEGORIES
    assert {name for name, kind in demo.features.items() if kind is ColumnKind.NUMERIC} == AMOUNTS


def test_init_proposes_nearly_the_same(demo: Monitor, reference: pl.DataFrame, catalog: Catalog) -> None:
    text = infer("flight-delay", reference, path="reference.parquet")
    proposed = parse(text, catalog=catalog)
    assert proposed.resolve(reference, catalog=catalog) == proposed
    assert proposed.roles == demo.roles
    assert proposed.features == demo.features
    assert (proposed.task, proposed.reference, proposed.outcome) == (demo.task, demo.reference, demo.outcome)
    assert set(proposed.segments) == {"weekday", "carrier", "origin"}
    assert proposed.calendar.timezone == "UTC"
    assert "threshold" not in text


def test_served_rows_have_the_columns_that_the_demo_names(demo: Monitor) -> None:
    served = pl.read_parquet_schema(FLIGHTS / "predictions.parquet")
    roles = demo.roles.by_role()
    assert {*demo.features, roles["id"], roles["timestamp"], roles["version"], roles["score"]} <= set(served)
