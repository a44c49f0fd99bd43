"""The story of each kind, read as a person would: title, evidence, columns, slices, impact, first action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelwatch.domain.event import Event
from modelwatch.domain.incident import Cause, Incident, Kind
from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.domain.measurement import Baseline, Measurement, Series, Status
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.domain.slices import Slice
from modelwatch.judge.triage import Context

Make = Callable[..., Any]
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
CHANGED = "the relation of inputs and truth has changed"
ORIGINS = ("EWR", "JFK", "LGA")
BASELINES = {
    Series("roc_auc"): Baseline(0.661, 0.048, 59),
    Series("roc_auc", span=28): Baseline(0.668, 0.009, 32),
    Series("label_mean", "label"): Baseline(0.265, 0.049, 59),
    Series("ece"): Baseline(0.107, 0.02, 59),
    Series("rows"): Baseline(880.0, 90.0, 59),
    Series("missing_share", "temp"): Baseline(0.001, 0.002, 59),
}


def slice_of(origin: str) -> Slice:
    return Slice.of({"origin": origin})


def seen(metric: str, value: float | None, column: str = "", n: int = 844, **rest: Any) -> Measurement:
    series = Series(metric, column, version="1", **{key: rest.pop(key) for key in ("slice", "span") if key in rest})
    return Measurement(series, rest.pop("window"), value, n, **rest)


def tell(one: Any, verdicts: list[Any], **context: Any) -> Incident:
    """Judge one day and give the incident that opens."""
    about: Context = one.context(0, baselines=BASELINES, **context)
    about = replace(about, measurements=tuple(replace(each, window=one.day(0)) for each in about.measurements))
    return one.advance(0, verdicts, about)[0].incident


ANY = Window(0, 1)


def test_weather_that_does_not_come(life: Make) -> None:
    one = life(features=(*WEATHER, "carrier"))
    incident = tell(
        one,
        [one.verdict("missing", 0, "critical", c, value=1.0, distance=500.0) for c in reversed(WEATHER)],
        measurements=[
            seen("rows", 844.0, window=ANY),
            seen("roc_auc", 0.603, interval=(0.55, 0.65), window=ANY),
            seen("missing_share", 1.0, "temp", window=ANY),
            *(seen("missing_share", 1.0, "temp", n=280, slice=slice_of(o), window=ANY) for o in ORIGINS),
        ],
        history=lambda series: [960.0] * 28 if series.metric == "rows" else [],
    )  # fmt: skip
    assert incident.title == "temp, dewp and 6 more columns are missing in 100 % of rows on 2013-02-24"
    assert incident.cause == Cause(
        kind=Kind.DATA_FAULT,
        evidence=(
            "All 8 columns began in the same window, 2013-02-24",
            "Ruled out: rows as usual (844); alike in 3 values of origin with enough rows to compare",
            "ROC AUC 0.603 on 2013-02-24 against 0.661 in the reference: within the usual scatter, "
            "too little to tell whether it fell",
            "Missing values: temp, dewp and 6 more columns on 2013-02-24",
        ),
        columns=WEATHER,
        impact={
            "predictions": 844,
            "rows_affected": 844,
            "roc_auc": {"value": 0.603, "reference": 0.661},
            "windows_held": dict.fromkeys(WEATHER, 1),
        },
        first_action="Check the source that fills temp, dewp and 6 more columns as of 2013-02-24: "
        "repair or bypass it, and do not retrain on these rows",
    )


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"temp": 0.2}, "temp is missing in 20 % of rows"),
        ({"temp": 0.2, "dewp": 1.0}, "dewp and temp are missing in 20 to 100 % of rows"),
        ({"temp": 0.063, "dewp": 0.0631}, "dewp and temp are missing in 6.3 % of rows"),
    ],
)
def test_a_data_fault_tells_its_share(life: Make, values: dict[str, float], title: str) -> None:
    one = life()
    verdicts = [one.verdict("missing", 0, "critical", c, value=v, distance=1000 * v) for c, v in values.items()]
    assert tell(one, verdicts).title == f"{title} on 2013-02-24"


def test_a_model_that_always_answers_the_same(life: Make) -> None:
    one = life()
    fault = one.verdict("frozen", 0, "critical", "prediction", value=1.0, distance=100.0)
    context = replace(one.context(0), baselines={Series("largest_share", "prediction"): Baseline(0.02, 0.01, 59)})
    incident = one.advance(0, [fault], context)[0].incident
    assert incident.title == "prediction has one value in 100 % of rows (usually 2.0 %) on 2013-02-24"
    assert incident.kind is Kind.DATA_FAULT
    assert incident.cause.first_action == (
        "Check that the model is really called as of 2013-02-24, and that no default, cache or old file answers in "
        "its place; do not retrain on these rows"
    )


def test_a_fault_that_lies_in_one_slice(life: Make) -> None:
    one = life()
    incident = tell(
        one,
        [one.verdict("missing", 0, "critical", "temp", value=0.33, distance=100.0)],
        measurements=[
            seen("missing_share", 1.0, "temp", n=280, slice=slice_of("JFK"), window=ANY),
            seen("missing_share", 0.0, "temp", n=290, slice=slice_of("EWR"), window=ANY),
            seen("missing_share", None, "temp", n=0, slice=slice_of("LGA"), window=ANY),
        ],
    )
    assert [row["slice"] for row in incident.cause.slices] == [{"origin": "JFK"}]
    assert "Slices: origin JFK (100 %) against origin EWR (0 %)" in incident.cause.evidence


def test_unseen_values_and_other_findings(life: Make) -> None:
    one = life()
    incident = tell(
        one,
        [
            one.verdict("unseen", 0, "critical", "carrier", value=0.5),
            one.verdict("missing", 0, "warning", "temp", value=0.08, threshold=0.051, distance=6.0),
        ],
    )
    assert incident.title == "carrier has values the reference does not know in 50 % of rows with a value on 2013-02-24"
    assert "Also: Missing values of temp at 8.0 % (limit 5.1 %)" in incident.cause.evidence
    assert incident.cause.columns == ("carrier", "temp")


def test_a_day_on_which_the_truth_jumped(life: Make) -> None:
    one = life()
    incident = tell(
        one,
        [one.verdict("label", 0, "warning", "label", value=0.52, threshold=0.41, distance=5.2)],
        measurements=[
            seen("prediction_mean", 0.29, "prediction", window=ANY),
            seen("psi", 0.02, "temp", window=ANY),
            seen("missing_share", 0.0, "temp", window=ANY),
        ],
    )
    assert incident.title == (
        "Mean label 0.52 on 2013-02-24, where 0.265 is usual, 5.2 standard deviations of the reference's blocks"
    )
    assert incident.cause.evidence[:3] == (
        "Mean prediction 0.29 against mean label 0.52 on 2013-02-24: the model did not see it",
        "Performance on 2013-02-24 is not known yet",
        "Ruled out: no column drifts; data quality is fine",
    )
    assert incident.cause.columns == ("label",)
    assert "2013-02-24" in incident.cause.first_action


@pytest.mark.parametrize(
    ("mean", "says"),
    [(0.29, "did not see it"), (0.34, "saw part of it"), (0.48, "saw most of it"), (0.1, "did not see it")],
)
def test_whether_the_model_saw_the_jump(life: Make, mean: float, says: str) -> None:
    one = life()
    incident = tell(
        one,
        [one.verdict("label", 0, "warning", "label", value=0.52, distance=5.2)],
        measurements=[seen("prediction_mean", mean, "prediction", window=ANY)],
    )
    assert incident.cause.evidence[0].endswith(says)


def test_a_slow_drift(life: Make) -> None:
    one = life()
    paths = {"temp": [0.1 + 0.02 * i for i in range(20)]}
    incident = tell(
        one,
        [
            one.verdict("psi", 0, "warning", "temp", span=28, value=0.5, threshold=0.2),
            one.verdict("psi", 0, "warning", "dewp", span=28, value=0.3, threshold=0.2),
            one.verdict("psi", 0, "warning", "dewp", span=7, value=0.25, threshold=0.24),
        ],
        measurements=[
            seen("roc_auc", 0.45, window=ANY, status=Status.CRITICAL),
            seen("drifted_share", 2 / 3, n=3, span=28, window=ANY),
            *(
                seen(metric, 0.5, column, span=28, window=ANY, status=Status.WARNING)
                for metric, column in (("psi", "temp"), ("psi", "dewp"), ("psi", "prediction"))
            ),
        ],
        history=lambda series: paths.get(series.column, []),
    )
    assert incident.title == (
        "temp and dewp drift from the reference over the 28 windows to 2013-02-24: psi of temp 0.5 (limit 0.2)"
    )
    assert incident.cause.evidence == (
        "Psi of temp moved gradually from 0.1 to 0.48 in 20 windows up to 2013-02-24, each read alone",
        "2 of 3 judged features (67 %) in psi drift over the 28 windows to 2013-02-24: dewp and temp "
        "(1 more follows the calendar or cannot be judged)",
        "Read over 7 d: it crossed its limit on 2013-02-24, the change may have begun up to 7 d earlier",
        "Both columns began in the same window, 2013-02-24",
        "ROC AUC left the reference: 0.45 on 2013-02-24 against 0.661 in the reference, 3 sd is 0.144",
        "Psi over 28 windows: temp and dewp on 2013-02-24",
        "Psi over 7 windows: dewp on 2013-02-24",
    )
    assert incident.cause.first_action.startswith("Performance is down as well: retrain on rows that hold the new temp")


def test_a_drift_in_one_step_that_costs_nothing(life: Make) -> None:
    one = life()
    incident = tell(
        one,
        [one.verdict("psi", 0, "warning", "temp", value=0.5, threshold=0.1)],
        measurements=[seen("roc_auc", 0.66, window=ANY)],
        history=lambda series: [0.02, 0.03] * 5 + [0.5, 0.52],
    )
    assert (
        incident.cause.evidence[0]
        == "Psi of temp moved in one step from 0.02 to 0.52 in 12 windows up to 2013-02-24, each read alone"
    )
    assert incident.cause.first_action.startswith("Do not retrain yet: check temp upstream")


def test_drift_of_the_output(life: Make) -> None:
    rule = Rule(id="scores", metric="psi", comparison=Comparison.LEVEL, warning=0.1, columns=("prediction",))
    one = life(rules=(rule,))
    incident = tell(one, [one.verdict("scores", 0, "warning", "prediction", value=0.3)])
    assert incident.title == "prediction drifts from the reference on 2013-02-24: psi 0.3 (limit 0.1)"
    assert incident.cause.first_action.startswith("Compare the model's output")


def test_a_feature_that_drifts_with_the_output_is_linked_to_it(life: Make) -> None:
    rule = Rule(id="scores", metric="psi", comparison=Comparison.LEVEL, warning=0.1)
    one = life(rules=(rule,))
    verdicts = [
        one.verdict("scores", 0, "warning", column, value=v) for column, v in (("prediction", 0.3), ("temp", 0.2))
    ]
    assert tell(one, verdicts).cause.first_action == (
        "Do not retrain yet: check temp upstream for a changed unit, source or season, "
        "which may be what moves the prediction"
    )


def test_what_is_not_held_against_the_reference_is_not_said_to_leave_it(life: Make) -> None:
    rule = Rule(id="shift", metric="prediction_mean", comparison=Comparison.LEVEL, warning=0.15)
    incident = tell(life(rules=(rule,)), [life(rules=(rule,)).verdict("shift", 0, "warning", "prediction", value=0.17)])
    assert incident.title == "Prediction mean by 0.17 (limit 0.15) on 2013-02-24"


def test_what_was_known_is_not_unlearnt(life: Make) -> None:
    one = life()
    drifts = [seen("psi", 0.9, "temp", window=one.day(0), status=Status.WARNING)]
    worse = {"value": 0.4, "distance": 9.0}
    one.advance(
        0, [one.verdict("auc", 0, "warning", **worse)], one.context(0, baselines=BASELINES, measurements=drifts)
    )
    for day, status in ((1, "warning"), (2, "critical")):  # told anew, and worse, on days without drift
        [change] = one.advance(day, [one.verdict("auc", day, status, **worse)])
        assert change.incident.cause.first_action.startswith("Retrain on recent labelled rows, for temp changed")
    one.advance(3, [one.verdict("auc", 3, "ok")])
    one.advance(4, [one.verdict("auc", 4, "ok")])
    [change] = one.advance(5, [one.verdict("auc", 5, "critical", **worse)])
    assert (change.kind, change.incident.cause.first_action[:9]) == ("reopened", "Check how")


def test_a_column_that_several_rules_find_is_named_once(life: Make) -> None:
    rules = tuple(Rule(id=i, metric="psi", comparison=Comparison.LEVEL, warning=0.1) for i in ("one", "two"))
    one = life(rules=rules)
    evidence = tell(one, [one.verdict(i, 0, "warning", "temp") for i in ("one", "two")]).cause.evidence
    assert evidence[-1] == "Psi: temp on 2013-02-24"


@pytest.mark.parametrize(
    ("extra", "line", "action"),
    [
        ({}, None, "Check how the labels of these days were made"),
        (
            {"estimated_roc_auc": 0.67},
            f"The estimate without labels did not fall (0.67): {CHANGED}",
            "Check how",
        ),
        ({"psi": 0.9}, "temp drifts on 2013-02-24", "Retrain on recent labelled rows, for temp changed"),
        ({"labels_pending_share": 0.125}, "12 % of the predictions on 2013-02-24 have no label yet", "Check how"),
        ({"missing_share": 0.9}, "Data quality fires on 2013-02-24 on temp", "Check how"),
    ],
)
def test_a_loss_of_performance(life: Make, extra: dict[str, float], line: str | None, action: str) -> None:
    one = life()
    fires = {"psi": Status.WARNING, "missing_share": Status.CRITICAL}
    columns = {"psi": "temp", "missing_share": "temp"}
    incident = tell(
        one,
        [one.verdict("auc", 0, "critical", value=0.40, threshold=0.517, distance=5.4)],
        measurements=[
            seen(name, value, columns.get(name, ""), window=ANY, status=fires.get(name, Status.OK))
            for name, value in extra.items()
        ],
    )
    assert incident.title == "ROC AUC 0.4 against 0.661 in the reference on 2013-02-24"
    assert "The limit is 0.517, 5.4 sd of the reference's blocks" in incident.cause.evidence
    assert line is None or line in incident.cause.evidence
    assert incident.cause.first_action.startswith(action)
    assert incident.cause.impact["roc_auc"] == {"value": 0.40, "reference": 0.661}


def test_performance_over_a_long_span_after_a_deployment(life: Make) -> None:
    one = life()
    about = one.context(
        1,
        baselines=BASELINES,
        events=[Event(kind="deployment", at=one.day(0).start + HOUR), Event(kind="incident", at=0, until=1)],
        measurements=[
            seen("roc_auc", value, n=300, slice=slice_of(origin), span=28, window=one.day(1))
            for origin, value in (("EWR", 0.64), ("JFK", 0.5), ("LGA", 0.62))
        ],
    )
    one.advance(0, [one.verdict("auc", 0, "warning", span=28, value=0.63)])
    [change] = one.advance(1, [one.verdict("auc", 1, "warning", span=28, value=0.63)], about)
    incident = change.incident
    assert incident.title == "ROC AUC 0.63 against 0.668 in the reference over the 28 windows to 2013-02-25"
    assert incident.cause.first_action.startswith("Compare the model before and after the events")
    assert [row["slice"]["origin"] for row in incident.cause.slices] == ["JFK", "LGA"]
    assert "Slices: origin JFK (0.5) against origin EWR (0.64)" in incident.cause.evidence


def test_slices_are_held_against_their_own_reference(life: Make) -> None:
    one = life()
    values = {"EWR": (0.60, 0.70), "JFK": (0.55, 0.56)}
    mine = {Series("roc_auc", slice=slice_of(o)): Baseline(normal, 0.01, 59) for o, (_, normal) in values.items()}
    about = one.context(
        0,
        baselines=BASELINES | mine,
        measurements=[seen("roc_auc", v, n=300, slice=slice_of(o), window=one.day(0)) for o, (v, _) in values.items()],
    )
    [change] = one.advance(0, [one.verdict("auc", 0, "critical", value=0.58, distance=9.0)], about)
    assert change.incident.cause.slices == ({"slice": {"origin": "EWR"}, "value": 0.60, "n": 300, "reference": 0.70},)
    assert (
        "Slices: origin EWR (0.6, usually 0.7) against origin JFK (0.55, usually 0.56)"
        in change.incident.cause.evidence
    )


@pytest.mark.parametrize(
    ("metric", "value", "title"),
    [
        ("mean_bias", 0.061, "Predictions are 0.061 too high on average"),
        ("mean_bias", -0.061, "Predictions are 0.061 too low on average"),
        ("ece", 0.2, "Expected calibration error 0.2 against 0.107 in the reference"),
    ],
)
@pytest.mark.parametrize(("ranks", "action"), [("ok", "Recalibrate"), ("critical", "Ranking suffers as well")])
def test_scores_that_are_off(life: Make, metric: str, value: float, title: str, ranks: str, action: str) -> None:
    rule = Rule(id="off", metric=metric, comparison=Comparison.ABOVE, warning=0.05)
    one = life(rules=(rule,))
    incident = tell(
        one,
        [one.verdict("off", 0, "warning", value=value)],
        measurements=[
            seen("roc_auc", 0.6, window=ANY, status=Status(ranks)),
            seen("prediction_mean", 0.25, "prediction", window=ANY),
            seen("label_mean", 0.19, "label", window=ANY),
        ],
    )
    assert incident.title == f"{title} on 2013-02-24"
    assert "Mean prediction 0.25, mean label 0.19 on 2013-02-24" in incident.cause.evidence
    assert incident.cause.first_action.startswith(action)


@pytest.mark.parametrize(
    ("metric", "value", "threshold", "title", "action"),
    [
        (
            "rows",
            0.0,
            440.0,
            "No rows on 2013-02-24, where 880 a window are usual",
            "Check that the service still answers",
        ),
        ("rows", 1.0, 440.0, "1 row on 2013-02-24, where 880 a window are usual", "Ask the callers"),
        ("rows", 120.0, 440.0, "120 rows on 2013-02-24, where 880 a window are usual", "Ask the callers"),
        (
            "freshness_seconds",
            10_900.0,
            7200.0,
            "No new row for 3 h 1 min (limit 2 h) by 2013-02-25T00:00:00Z",
            "Check that the service still answers",
        ),
    ],
)
def test_a_feed_that_dries_up(life: Make, metric: str, value: float, threshold: float, title: str, action: str) -> None:
    rule = Rule(id="feed", metric=metric, comparison=Comparison.ABOVE, warning=1)
    one = life(rules=(rule,))
    measured = [seen("rows", 120.0, window=ANY)]
    incident = tell(one, [one.verdict("feed", 0, "warning", value=value, threshold=threshold)], measurements=measured)
    assert incident.title == title
    assert incident.cause.impact["predictions"] == 120
    assert incident.cause.first_action.startswith(action)


@pytest.mark.parametrize(("median", "says"), [(90.0, "all answers are slower"), (55.0, "only the slow end is slower")])
def test_slow_answers(life: Make, median: float, says: str) -> None:
    one = life()
    incident = tell(
        one,
        [one.verdict("slow", 0, "critical", value=740.0, threshold=500.0)],
        measurements=[seen("latency_p50", median, window=ANY), seen("error_share", 0.002, window=ANY)],
        history=lambda series: [50.0] * 5 if series.metric == "latency_p50" else [],
    )
    assert incident.title == "Latency p95 at 740 ms (limit 500 ms) on 2013-02-24"
    assert (
        f"Half of the answers take up to {median:.0f} ms on 2013-02-24 (usual 50 ms): {says}" in incident.cause.evidence
    )
    assert "0.20 % of the predictions failed on 2013-02-24" in incident.cause.evidence
    assert "2013-02-24" in incident.cause.first_action


@pytest.mark.parametrize(
    ("metric", "kind", "title"),
    [
        ("schema_mismatch_share", Kind.SCHEMA, "Rows of the wrong type at 40 % (limit 0 %)"),
        ("error_share", Kind.UNKNOWN, "Failed predictions at 40 % (limit 0 %)"),
        ("labels_pending_share", Kind.LABEL, "Labels pending share at 40 % (limit 0 %)"),
    ],
)
def test_kinds_that_are_told_from_the_record(life: Make, metric: str, kind: Kind, title: str) -> None:
    rule = Rule(id="r", metric=metric, comparison=Comparison.ABOVE, warning=0.0)
    one = life(rules=(rule,))
    incident = tell(one, [one.verdict("r", 0, "warning", value=0.4, threshold=0.0)])
    assert (incident.kind, incident.cause.kind, incident.title) == (kind, kind, f"{title} on 2013-02-24")
    assert incident.cause.first_action


def test_labels_that_do_not_come_are_told_with_their_share(life: Make) -> None:
    rule = Rule(id="r", metric="labels_overdue_share", comparison=Comparison.ABOVE, critical=0.5)
    one = life(rules=(rule,))
    incident = tell(one, [one.verdict("r", 0, "critical", value=1.0, threshold=0.5)])
    assert incident.title == "100 % of the predictions on 2013-02-24 have no label when they should"
    assert "labels are still handed in" in incident.cause.first_action


def test_a_wrong_shape_names_the_command_in_full(life: Make) -> None:
    rule = Rule(id="r", metric="schema_mismatch_share", comparison=Comparison.ABOVE, warning=0.0)
    one = life(rules=(rule,))
    action = tell(one, [one.verdict("r", 0, "warning", value=0.4, threshold=0.0)]).cause.first_action
    assert "`modelwatch show flight-delay`" in action


def test_columns_come_worst_first(life: Make) -> None:
    one = life()
    incident = tell(
        one,
        [
            one.verdict("psi", 0, "warning", "temp", value=0.9, threshold=0.5),
            one.verdict("psi", 0, "critical", "wind", value=0.3, threshold=0.25),
            one.verdict("psi", 0, "warning", "dewp", value=0.4, threshold=0.1),
        ],
    )
    assert incident.cause.columns == ("wind", "dewp", "temp")
    assert [verdict.series.column for verdict in incident.verdicts] == ["wind", "dewp", "temp"]


def test_columns_that_began_apart(life: Make) -> None:
    one = life()
    one.advance(0, [one.verdict("unseen", 0, "warning", "temp")])
    [change] = one.advance(1, [one.verdict("unseen", 1, "warning", column) for column in ("temp", "dewp")])
    assert "The 2 columns began in 2 different windows, the first 2013-02-24" in change.incident.cause.evidence
    assert change.incident.cause.evidence[-1] == (
        "Unseen categories: temp on 2013-02-24, 2013-02-25; dewp on 2013-02-25"
    )


def test_local_days_have_local_dates(life: Make) -> None:
    one = life()
    start = one.day(0).start - 13 * HOUR  # midnight in Auckland is 11:00 UTC the day before
    verdict = replace(one.verdict("unseen", 0, "warning", "temp"), window=Window(start, start + DAY))
    about = replace(one.context(0, timezone="Pacific/Auckland"), window=verdict.window)
    [change] = one.advance(0, [verdict], about)
    assert change.incident.cause.evidence[-1] == "Unseen categories: temp on 2013-02-24"


def test_each_kind_of_number_is_told_on_the_span_of_the_finding_or_not_at_all(life: Make) -> None:
    rule = Rule(id="off", metric="mean_bias", comparison=Comparison.ABOVE, warning=0.05)
    one = life(rules=(rule,))
    incident = tell(
        one,
        [one.verdict("off", 0, "warning", value=0.089, span=28)],
        measurements=[
            seen("roc_auc", 0.776, window=ANY),
            seen("roc_auc", 0.669, span=28, interval=(0.661, 0.677), window=ANY),
            seen("prediction_mean", 0.27, "prediction", window=ANY),
            seen("label_mean", 0.262, "label", window=ANY),
            seen("mean_bias", 0.5, n=300, slice=slice_of("JFK"), window=ANY),
            seen("mean_bias", 0.0, n=300, slice=slice_of("EWR"), window=ANY),
        ],
    )
    early = "Read over 28 d: it crossed its limit on 2013-02-24, the change may have begun up to 28 d earlier"
    held = "ROC AUC held (0.669 over the 28 windows to 2013-02-24 against 0.668 in the reference)"
    assert incident.cause.evidence == (early, f"Ruled out: {held}", "Mean bias over 28 windows: on 2013-02-24")
    assert incident.cause.slices == ()


def test_one_that_is_back_tells_what_fires_now(life: Make) -> None:
    one = life()
    one.path("unseen", "coo", "temp")
    [change] = one.advance(3, [one.verdict("unseen", 3, "warning", "dewp", value=0.02)])
    incident = change.incident
    assert (change.kind, incident.again, incident.window) == ("reopened", one.day(3), one.day(0))
    assert incident.title == "dewp has values the reference does not know in 2.0 % of rows with a value on 2013-02-27"
    assert incident.cause.first_action.startswith("Check the source that fills dewp as of 2013-02-27")
    assert [verdict.series.column for verdict in incident.firing] == ["dewp"]
    assert {verdict.series.column for verdict in incident.verdicts} == {"temp", "dewp"}
    assert incident.peak is Status.CRITICAL


def test_a_total_silence_is_told_as_one_whatever_else_is_said_of_the_rows(life: Make) -> None:
    rules = (
        Rule(id="rows", metric="rows", comparison=Comparison.ABOVE, warning=1),
        Rule(id="fresh", metric="freshness_seconds", comparison=Comparison.ABOVE, warning=7200.0, critical=7200.0),
    )
    one = life(rules=rules)
    incident = tell(
        one,
        [
            one.verdict("rows", 0, "critical", value=120.0, threshold=440.0, distance=50.0),
            one.verdict("fresh", 0, "critical", value=10_900.0, threshold=7200.0),
        ],
        measurements=[seen("rows", 120.0, window=ANY)],
    )
    assert incident.title.startswith("No new row for 3 h 1 min")
    assert incident.cause.evidence[0] == "The last row is of 2013-02-24T20:58:20Z, where 880 a window are usual"
    assert incident.cause.first_action.startswith("Check that the service still answers and that its log arrives")


def test_slices_of_a_few_rows_are_not_worth_a_word(life: Make) -> None:
    one = life()
    sliced = [
        seen("missing_share", value, "temp", n=n, slice=slice_of(o), window=ANY)
        for o, value, n in (("JFK", 0.4, 280), ("EWR", 0.0, 290), ("LGA", 1.0, 3))
    ]
    verdict = one.verdict("missing", 0, "critical", "temp", value=0.2, distance=9.0)
    assert [row["slice"]["origin"] for row in tell(one, [verdict], measurements=sliced).cause.slices] == ["JFK"]


def test_labels_that_are_all_there_take_no_line(life: Make) -> None:
    one = life()
    verdict = one.verdict("auc", 0, "critical", value=0.40, threshold=0.517, distance=5.4)
    incident = tell(one, [verdict], measurements=[seen("labels_pending_share", 0.0, window=ANY)])
    assert not any("no label yet" in line for line in incident.cause.evidence)
