"""How a model stood when its last window closed: versions in use, last scores, labels that have not come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.domain.latest import Latest
from modelwatch.domain.names import ModelKey

KEY = ModelKey("delay")
START = parse_instant("2026-01-01")
ROWS = 20
SPEC = """
model: delay
task: binary
columns: {score: score, features: {temp: numeric}}
labels: {expected: 1h, horizon: 30d, minimum: 10}
windows: {size: 1d, lateness: 1s, spans: [1, 7]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home.open(tmp_path / "home", write=True) as made:
        (tmp_path / "monitor.yaml").write_text(SPEC)
        made.apply(tmp_path / "monitor.yaml")
        yield made


def send(home: Home, version: str, days: range, *, labelled: int = 0) -> None:
    """Twenty predictions a day, the first `labelled` of each day with a label a minute later, three of four right."""
    rows = pl.DataFrame(
        [
            {
                "prediction_id": f"{version}-{day}-{place}",
                "timestamp": START + day * DAY + place * DAY // ROWS,
                "model_version": version,
                "temp": 20.0 + place,
                "score": 0.9 if place % 2 else 0.1,
                "label": int(place % 2 == 1) if place % 4 else 1 - place % 2,
                "labelled": place < labelled,
            }
            for day in days
            for place in range(ROWS)
        ]
    ).with_columns(pl.col("timestamp").cast(pl.Datetime("us", "UTC")))
    rows.drop("label", "labelled").write_parquet(home.path / "rows.parquet")
    home.ingest(KEY, [home.path / "rows.parquet"])
    labels = rows.filter("labelled").select("prediction_id", "label", pl.col("timestamp") + pl.duration(minutes=1))
    if labels.height:
        labels.write_parquet(home.path / "labels.parquet")
        home.label(KEY, [home.path / "labels.parquet"])


def after(home: Home, days: int) -> Latest:
    home.run(until=START + days * DAY + DAY // 2)
    return home.latest(KEY)


def values(latest: Latest, version: str) -> dict[str, float | None]:
    return {each.series.metric: each.value for each in latest.scored.get(version, ()) if each.series.span == 1}


def test_a_model_without_windows_has_nothing_to_tell(home: Home) -> None:
    assert home.latest(KEY) == Latest()


def test_means_are_of_the_last_closed_window(home: Home) -> None:
    send(home, "1", range(2))
    assert after(home, 2).means["1"]["temp"] == pytest.approx(29.5)
    assert after(home, 4).means == {}


def test_a_version_is_in_use_until_28_windows_without_rows(home: Home) -> None:
    send(home, "old", range(3))
    send(home, "new", range(2, 40))
    assert after(home, 3).versions == {"old", "new"}
    # Its last row came on the third day, the newest of the model 28 and then 29 days later.
    assert after(home, 31).versions == {"old", "new"}
    assert after(home, 32).versions == {"new"}


def test_a_model_that_fell_silent_keeps_its_versions(home: Home) -> None:
    send(home, "1", range(3))
    latest = after(home, 60)
    assert latest.versions == {"1"}
    assert "1" not in latest.measured


def test_scores_are_of_the_last_window_with_enough_labels(home: Home) -> None:
    send(home, "1", range(4), labelled=ROWS)
    send(home, "1", range(4, 6), labelled=9)
    latest = after(home, 6)
    assert values(latest, "1")["accuracy"] == pytest.approx(0.75)
    assert {each.window.start for each in latest.scored["1"]} == {START + 3 * DAY}
    assert {each.window.start for each in latest.measured["1"]} == {START + 5 * DAY}
    assert latest.unlabelled == {"1": 2 * (ROWS - 9)}


def test_labels_pending_are_those_of_28_windows(home: Home) -> None:
    send(home, "1", range(10), labelled=5)
    send(home, "1", range(10, 35))
    assert after(home, 35).unlabelled == {"1": 28 * ROWS - 3 * 5}
