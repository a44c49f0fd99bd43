"""The fleet: the state of a model is that of its worst open incident, beside its key metric and its rows."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.instants import DAY, HOUR
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.read.fleet import POINTS, Fleet, Standing, fleet
from modelwatch.show.status import State
from modelwatch.store import incidents, models, proposals


def read(desk: Any, project: str = "default") -> Fleet:
    with desk.state.reading() as tx:
        return fleet(tx, desk.catalog, project, desk.now)


def only(desk: Any) -> Standing:
    [found] = read(desk).models
    return found


def test_worst_first_then_newest_then_by_name(desk: Any) -> None:
    numbers = {name: desk.model(name) for name in ("beta", "alpha", "old", "new", "bad", "silent")}
    desk.incident(numbers["old"], 1, opened=desk.now - 9 * DAY)
    desk.incident(numbers["new"], 2)
    desk.incident(numbers["bad"], 3, severity=Status.CRITICAL)
    desk.incident(numbers["silent"], 4, severity=Status.CRITICAL, firing=(desk.verdict("silence_seconds"),))
    with desk.state.transaction() as tx:
        proposals.put(tx, models.ensure(tx, ModelKey("fresh")), "model: fresh", desk.now - HOUR)
    found = read(desk).models
    assert [each.name for each in found] == ["bad", "new", "old", "silent", "fresh", "alpha", "beta"]
    assert [each.state.value for each in found] == ["critical", "warning", "warning", "nodata", "pending", "ok", "ok"]
    assert found[4].since == desk.now - HOUR


def test_the_worst_incident_is_told_and_all_are_counted(desk: Any) -> None:
    number = desk.model("churn")
    desk.incident(number, 1)
    desk.incident(number, 2, "city is missing in 90 % of rows on 2013-10-22", severity=Status.CRITICAL)
    desk.incident(number, 3, opened=desk.now - HOUR)
    told = only(desk)
    assert (told.incident, told.finding, told.open) == (2, "city is missing in 90 % of rows", 3)
    assert (told.since, told.quiet, told.acknowledged) == (desk.now - 2 * DAY, None, False)
    with desk.state.transaction() as tx:
        incidents.acknowledge(tx, number, 2, who="ada", at=desk.now)
    assert only(desk).acknowledged


def test_a_quiet_model_tells_when_its_last_incident_ended(desk: Any) -> None:
    number = desk.model("churn")
    assert (only(desk).state, only(desk).quiet) == (State.OK, None)
    desk.incident(number, 1, opened=desk.now - 50 * DAY, resolved=desk.now - 41 * DAY)
    assert (only(desk).quiet, only(desk).incident) == (41 * DAY, None)


def test_the_key_metric_is_the_last_value_beside_the_reference(desk: Any) -> None:
    number = desk.model("churn")
    for ago in range(10):
        desk.window(number, ago, value=None if ago == 0 else 0.7 - ago / 100)
    metric = only(desk).metric
    assert metric is not None
    assert (metric.title, metric.value, metric.reference, metric.estimated) == ("ROC AUC", 0.69, 0.72, False)
    assert metric.off == pytest.approx(-0.03)
    assert metric.band == pytest.approx((0.69, 0.75))
    assert metric.state is None
    assert [value for _, value in metric.course][-1] == 0.69
    assert len(metric.course) <= POINTS


def test_a_value_has_a_state_only_where_its_own_rule_fires(desk: Any) -> None:
    number = desk.model("churn")
    desk.window(number, 0)
    desk.incident(number, 1, severity=Status.CRITICAL, firing=(desk.verdict("psi", Status.CRITICAL),))
    assert only(desk).metric.state is None  # type: ignore[union-attr]
    desk.incident(number, 2, firing=(desk.verdict("roc_auc"),))
    assert only(desk).metric.state is State.WARNING  # type: ignore[union-attr]


def test_rows_and_labels_are_counted_over_what_was_closed(desk: Any) -> None:
    number, weekly = desk.model("churn"), desk.model("weekly", size="7d")
    desk.window(number, 0, pending_share=1.0)
    desk.window(number, 1, pending_share=0.0, rows=300)
    desk.window(weekly, 0, start=desk.now - 7 * DAY, rows=7000)
    churn, long = read(desk).models
    assert (churn.rows, churn.window, churn.unlabelled) == (100, None, 0.25)
    assert (long.rows, long.window, long.unlabelled) == (7000, 7 * DAY, None)


def test_a_task_without_a_key_metric_has_none(desk: Any) -> None:
    number = desk.model("clusters", task="none", output="prediction")
    desk.window(number, 0, metric=None, value=None, reference_mean=None, reference_sd=None)
    assert only(desk).metric is None
    assert only(desk).rows == 100


def test_days_count_each_model_once_by_its_worst(desk: Any) -> None:
    first, second = desk.model("a"), desk.model("b")
    today = desk.now // DAY * DAY
    desk.incident(first, 1, opened=today - 3 * DAY + HOUR)
    desk.incident(first, 2, severity=Status.CRITICAL, opened=today - 2 * DAY, resolved=today - DAY)
    desk.incident(second, 3, opened=today - 5 * DAY, resolved=today - 2 * DAY + HOUR)
    found = read(desk).days
    assert len(found) == 30
    assert found[-1].start == today
    counts = {(day.start - today) // DAY: tuple(day.counts.values()) for day in found}
    assert [counts[day] for day in range(-6, 1)] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 1, 0),
        (0, 2, 0),
        (1, 1, 0),
        (0, 1, 0),
        (0, 1, 0),
    ]


def test_a_project_sees_its_own_models_only(desk: Any) -> None:
    desk.incident(desk.model("theirs", project="rides"), 1)
    desk.model("ours")
    assert [each.name for each in read(desk).models] == ["ours"]
    assert not any(sum(day.counts.values()) for day in read(desk).days)
    assert [each.state for each in read(desk, "rides").models] == [State.WARNING]
