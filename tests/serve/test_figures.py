"""What is told of one model: the right numbers under the right names, and no more columns than asked for."""

from __future__ import annotations

import pytest

from modelwatch.domain.instants import Window
from modelwatch.domain.latest import Latest
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.serve.figures import MOST_COLUMNS, figures_of

KEY = ModelKey("delay")


def measured(
    metric: str, column: str = "", value: float = 0.5, *, version: str = "1", span: int = 1, n: int = 9, bad: str = "ok"
) -> Measurement:
    return Measurement(Series(metric, column, version=version, span=span), Window(0, 1), value, n, status=Status(bad))


def lines(samples: list) -> list[str]:  # type: ignore[type-arg]
    common = 'model_name="delay",model="delay",model_version="1",env="prod"'
    return [each.line().strip().replace(common, "...") for each in samples]


def test_the_figures_of_a_version_have_the_names_of_the_published_rules() -> None:
    latest = Latest(
        versions=frozenset("1"),
        measured={
            "": [measured("prediction_mean_shift", "prediction", 0.2, version="")],
            "1": [
                measured("prediction_mean", "prediction", 0.6),
                measured("drifted_share", "", 0.25),
                measured("drifted_share", "", 0.75, span=7),
                measured("psi", "prediction", 0.1),
                measured("ks", "prediction", 0.3),
            ],
        },
        scored={"1": [measured("accuracy", value=0.9), measured("accuracy", value=0.1, span=28)]},
        unlabelled={"1": 12},
    )
    figures = figures_of(latest, ["warning", "warning"])
    assert lines(figures.of_whole(KEY)) == [
        "ml_prediction_mean{...} 0.6",
        "ml_data_drift_share{...} 0.25",
        "ml_model_accuracy{...} 0.9",
        "ml_labels_pending{...} 12.0",
        f"ml_prediction_mean_7d{{...}} {0.6 - 0.2}",
        'ml_model_performance{...,metric="accuracy"} 0.9',
        'ml_drift_score{...,feature_name="prediction"} 0.1',
    ]
    assert figures.incidents == {"warning": 2, "critical": 0}


def test_the_mean_of_7_days_is_that_of_the_version_with_most_rows() -> None:
    latest = Latest(
        versions=frozenset("12"),
        measured={
            "": [measured("prediction_mean_shift", "prediction", 0.1, version="")],
            "1": [measured("prediction_mean", "prediction", 0.6, n=10)],
            "2": [measured("prediction_mean", "prediction", 0.3, n=90, version="2")],
        },
    )
    whole = figures_of(latest, []).whole
    assert dict(whole["2"])["ml_prediction_mean_7d"] == pytest.approx(0.2)
    assert "ml_prediction_mean_7d" not in dict(whole["1"])


def test_columns_are_told_while_they_fire_or_when_asked_for() -> None:
    latest = Latest(
        versions=frozenset("1"),
        measured={
            "1": [
                measured("psi", "good"),
                measured("psi", "worse", bad="critical"),
                measured("psi", "slow"),
                measured("psi", "slow", span=28, bad="warning"),
                measured("missing_share", "slow", 0.25),
                measured("chi2", "slow", 7.0),
                measured("psi", "prediction", bad="critical"),
            ]
        },
    )
    figures = figures_of(latest, [])
    assert lines(figures.firing(KEY, Status.WARNING, without=[])) == [
        'ml_drift_score{...,feature_name="slow"} 0.5',
        'ml_missing_share{...,feature_name="slow"} 0.25',
        'ml_drift_measure{...,feature_name="slow",measure="chi2"} 7.0',
    ]
    # The output's score is told in any case, and no series may be told twice.
    assert lines(figures.firing(KEY, Status.CRITICAL, without=[])) == ['ml_drift_score{...,feature_name="worse"} 0.5']
    assert figures.firing(KEY, Status.CRITICAL, without=["worse"]) == []
    assert lines(figures.asked(KEY, ["good", "good", "none"])) == ['ml_drift_score{...,feature_name="good"} 0.5']


def test_of_many_bad_columns_the_first_are_told() -> None:
    bad = [measured("psi", f"c{place:03}", bad="warning") for place in range(MOST_COLUMNS + 5)]
    figures = figures_of(Latest(versions=frozenset("1"), measured={"1": bad}), [])
    assert len(figures.firing(KEY, Status.WARNING, without=[])) == MOST_COLUMNS


def test_a_retired_version_and_names_that_no_label_holds_are_left_out() -> None:
    latest = Latest(
        versions=frozenset(["1", "a\0b"]),
        measured={"1": [measured("psi", "x" * 300, bad="warning")], "0": [], "a\0b": []},
        scored={"0": [measured("accuracy", version="0")]},
        unlabelled={"0": 3},
    )
    figures = figures_of(latest, [])
    assert figures.versions == {"1"}
    assert figures.of_whole(KEY) == []
    assert figures.firing(KEY, Status.WARNING, without=[]) == []
