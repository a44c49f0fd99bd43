"""The page of a scrape: two formats that their own parsers read, a bound that holds, what is left out first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from modelwatch.app import Home
from modelwatch.domain.columns import ERROR, LATENCY_MS, MODEL_VERSION
from modelwatch.domain.instants import Window
from modelwatch.domain.latest import Latest
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log.tables import PREDICTIONS
from modelwatch.serve.exposition import exposition, packed, wants_gzip, wants_openmetrics
from modelwatch.serve.figures import Figures, figures_of
from modelwatch.serve.live import LiveHome

VERSION_SERIES = 18  # two counters, fourteen buckets, sum and count
HOSTILE = 'a"b\nc\\d\u2028\r{},='


class Shown(LiveHome):
    """A served home whose worker has found these figures."""

    def __init__(self, home: Home, found: dict[ModelKey, Figures]) -> None:
        super().__init__(home)
        self.found = found

    def models(self) -> list[ModelKey]:
        return [*self.found]

    def figures(self) -> dict[ModelKey, Figures]:
        return self.found


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Shown]:
    with Home.open(tmp_path / "home", write=True) as home:
        shown = Shown(home, {})
        yield shown
        shown.intake.close()


def figures(columns: Iterable[str] = (), *, bad: str = "warning", version: str = "1") -> Figures:
    psi = [
        Measurement(Series("psi", name, version=version), Window(0, 1), 0.5, 9, status=Status(bad)) for name in columns
    ]
    return figures_of(Latest(versions=frozenset([version]), measured={version: psi}), ["critical"])


def observe(live: LiveHome, key: ModelKey, version: str) -> None:
    rows = {MODEL_VERSION: [version], ERROR: [True], LATENCY_MS: [40.0]}
    live.counters.observe(key, PREDICTIONS, pl.DataFrame(rows), Receipt(accepted=1))


def read(page: bytes, *, openmetrics: bool = False) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    parse = read_openmetrics if openmetrics else read_text
    found = [each for family in parse(page.decode()) for each in family.samples]
    by_series = {(each.name, frozenset(each.labels.items())): each.value for each in found}
    assert len(by_series) == len(found), "a series stands on the page twice"
    return by_series


def names(page: bytes) -> list[str]:
    return sorted({name for name, _ in read(page)})


@pytest.mark.parametrize("openmetrics", [False, True])
def test_both_formats_say_the_same_whatever_things_are_called(live: Shown, openmetrics: bool) -> None:
    live.found = {ModelKey("delay"): figures([HOSTILE], version=HOSTILE)}
    observe(live, ModelKey("delay"), HOSTILE)
    found = read(exposition(live, "default", openmetrics=openmetrics), openmetrics=openmetrics)
    version = {("model_name", "delay"), ("model", "delay"), ("model_version", HOSTILE), ("env", "prod")}
    assert found["ml_predictions_total", frozenset(version)] == 1
    assert found["ml_prediction_latency_seconds_sum", frozenset(version)] == 0.04
    assert found["ml_drift_score", frozenset({*version, ("feature_name", HOSTILE)})] == 0.5
    assert found["modelwatch_series_dropped_total", frozenset()] == 0


def test_a_version_in_use_counts_from_zero_and_a_retired_one_is_gone(live: Shown) -> None:
    key = ModelKey("delay")
    live.found = {key: figures()}
    page = read(exposition(live, "default"))
    assert [value for (name, _), value in page.items() if name == "ml_predictions_total"] == [0.0]
    live.found = {key: Figures()}
    assert "ml_predictions_total" not in names(exposition(live, "default"))


def test_a_model_without_a_specification_is_counted(live: Shown) -> None:
    observe(live, ModelKey("pending"), "1")
    assert "ml_predictions_total" in names(exposition(live, "default"))
    assert "ml_incidents_open" not in names(exposition(live, "default"))


def test_other_projects_are_not_told_of(live: Shown) -> None:
    other = ModelKey("secret", project="other")
    live.found = {other: figures(["salary"])}
    observe(live, other, "1")
    assert b"secret" not in exposition(live, "default", asked=["salary"])
    assert b"salary" in exposition(live, "other")


def test_a_column_that_is_well_is_told_of_when_asked_for(live: Shown) -> None:
    live.found = {ModelKey("delay"): figures(["temp"], bad="ok")}
    assert b"temp" not in exposition(live, "default")
    assert b'feature_name="temp"' in exposition(live, "default", asked=["temp", "temp", "nobody"])


def test_what_matters_least_is_left_out_first_and_counted(live: Shown) -> None:
    bad = [f"c{place}" for place in range(5)]
    live.found = {ModelKey("a"): figures(bad), ModelKey("b"): figures(bad, bad="critical")}
    whole = read(exposition(live, "default"))
    size = len(whole)
    for most in range(5 + 2 * (2 + VERSION_SERIES) + 1, size + 1):
        before = live.counters.drop(0)
        page = read(exposition(live, "default", most=most))
        dropped = page["modelwatch_series_dropped_total", frozenset()] - before
        assert len(page) <= most
        assert len(page) + dropped == size
        drifted = {dict(labels)["model"] for name, labels in page if name == "ml_drift_score"}
        assert "a" not in drifted or "b" in drifted, "a warning was told and not what is critical"
        assert sum(name == "ml_predictions_total" for name, _ in page) == 2
    assert page.keys() == whole.keys()


def test_a_thousand_models_of_fifty_columns_are_within_the_bound(live: Shown) -> None:
    metrics = ("roc_auc", "accuracy", "precision", "recall", "f1", "mcc", "log_loss", "brier", "ece", "mean_bias")
    window = Window(0, 1)
    columns = [f"c{place}" for place in range(50)]
    latest = Latest(
        versions=frozenset(["1"]),
        measured={
            "1": [
                *(Measurement(Series(m, c, version="1"), window, 0.1) for c in columns for m in ("psi", "ks")),
                *(Measurement(Series(m, version="1"), window, 0.1) for m in ("drifted_share", "prediction_mean")),
            ]
        },
        scored={"1": [Measurement(Series(name, version="1"), window, 0.9) for name in metrics]},
        unlabelled={"1": 3},
    )
    told = figures_of(latest, [])
    live.found = {ModelKey(f"m{place}"): told for place in range(1000)}
    for key in live.found:
        observe(live, key, "1")
    page = exposition(live, "default")
    assert b"\nmodelwatch_series_dropped_total 0.0\n" in page
    assert page.count(b"\nml_predictions_total{") == 1000
    assert len(packed(page)) < len(page) / 10


@pytest.mark.parametrize(
    ("accept", "openmetrics"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        ("application/openmetrics-text; version=1.0.0", True),
        ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3", True),
        ("application/openmetrics-text;q=0.1,text/plain;q=0.9", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=much", False),
        ("APPLICATION/OpenMetrics-Text", True),
    ],
)
def test_the_format_follows_what_is_accepted(accept: str, openmetrics: bool) -> None:
    assert wants_openmetrics(accept) is openmetrics


@pytest.mark.parametrize(
    ("encoding", "gzip"),
    [("gzip", True), ("deflate, gzip;q=0.5", True), ("*", True), ("gzip;q=0, *", False), ("br", False)],
)
def test_gzip_follows_what_is_accepted(encoding: str, gzip: bool) -> None:
    assert wants_gzip(encoding) is gzip


@pytest.mark.parametrize("openmetrics", [False, True])
def test_other_usual_names_are_told_on_request_only(live: Shown, openmetrics: bool) -> None:
    known = figures(["temp"])
    live.found = {ModelKey("delay"): replace(known, means={"1": {"temp": 20.5, "fine": 3.0}})}
    observe(live, ModelKey("delay"), "1")
    plain = read(exposition(live, "default", openmetrics=openmetrics), openmetrics=openmetrics)
    both = read(exposition(live, "default", openmetrics=openmetrics, aliases=True), openmetrics=openmetrics)
    own = {series: value for series, value in both.items() if series in plain}
    assert own == plain
    more = {
        (name, dict(labels).get("feature_name")): value
        for (name, labels), value in both.items()
        if (name, labels) not in plain
    }
    assert more == {
        ("model_predictions_total", None): 1.0,
        ("model_drift_score", "temp"): 0.5,
        ("input_feature_value", "temp"): 20.5,
    }
    asked = read(exposition(live, "default", aliases=True, asked=["fine"]))
    assert [value for (name, _), value in asked.items() if name == "input_feature_value"] == [3.0, 20.5]
