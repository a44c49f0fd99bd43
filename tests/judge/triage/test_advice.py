"""Incidents that are open together advise one order of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modelwatch.domain.incident import Kind
from modelwatch.domain.rule import Comparison, Rule

Make = Callable[..., Any]
OFF = Rule(id="off", metric="mean_bias", comparison=Comparison.ABOVE, warning=0.05)


def actions(one: Any) -> dict[Kind, str]:
    """What is advised of each open incident."""
    return {incident.kind: incident.cause.first_action for incident in one.book.open}


def test_the_data_are_mended_first(life: Make) -> None:
    one = life()
    found = [one.verdict("auc", 0, "critical", distance=9.0), one.verdict("psi", 0, "warning", "temp")]
    one.advance(0, [*found, one.verdict("label", 0, "warning", "label", distance=5.0)])
    assert not any("Mend" in action for action in actions(one).values())
    one.advance(0, [one.verdict("unseen", 0, "critical", "temp")])
    told = actions(one)
    for kind in (Kind.PERFORMANCE, Kind.DRIFT):
        assert told[kind].startswith("Mend the data first (incident 4: temp); then look again: ")
    assert told[Kind.DATA_FAULT].startswith("Check the source that fills temp")
    assert told[Kind.SPIKE].startswith("Find out")  # the truth of these rows is not read from temp
    for day in (1, 2):
        one.advance(day, [one.verdict("unseen", day, "ok", "temp")])
    assert not any("Mend" in action for action in actions(one).values())


def test_a_fault_that_came_later_is_not_to_blame(life: Make) -> None:
    silent = Rule(id="silent", metric="freshness_seconds", comparison=Comparison.ABOVE, critical=7200.0)
    one = life(rules=(*life().rules, silent))
    one.advance(0, [one.verdict("auc", 0, "critical", distance=9.0), one.verdict("psi", 0, "warning", "dewp")])
    one.advance(1, [one.verdict("unseen", 1, "critical", "temp"), one.verdict("silent", 1, "critical")])
    assert len(actions(one)) == 4
    assert not any("Mend" in action for action in actions(one).values())


@pytest.mark.parametrize(("days", "blamed"), [(3, False), (4, True)])
def test_a_fault_counts_for_performance_in_half_of_what_it_is_read_over(life: Make, days: int, blamed: bool) -> None:
    one = life()
    for day in range(days):
        one.advance(day, [one.verdict("unseen", day, "critical", "temp")])
    for day in (days, days + 1):
        one.advance(day, [one.verdict("auc", day, "critical", distance=9.0, span=7)])
    assert actions(one)[Kind.PERFORMANCE].startswith("Mend the data first (incident 1: temp)") is blamed


@pytest.mark.parametrize(("column", "blamed"), [("temp", True), ("dewp", False)])
def test_a_drift_is_that_of_the_faulty_column_or_not_its_fault(life: Make, column: str, blamed: bool) -> None:
    one = life()
    one.advance(0, [one.verdict("unseen", 0, "critical", "temp")])
    one.advance(1, [one.verdict("psi", 1, "warning", column, span=7)])
    assert actions(one)[Kind.DRIFT].startswith("Mend the data first (incident 1: temp)") is blamed


def test_drift_of_other_days_does_not_explain_scores(life: Make) -> None:
    one = life(rules=(*life().rules, OFF))
    one.advance(0, [one.verdict("psi", 0, "warning", "temp")])
    one.advance(1, [one.verdict("off", 1, "warning")])
    assert actions(one)[Kind.CALIBRATION].startswith("Recalibrate")


def test_drift_and_calibration_leave_a_loss_of_performance_to_its_incident(life: Make) -> None:
    one = life(rules=(*life().rules, OFF))
    one.advance(
        0,
        [
            one.verdict("psi", 0, "warning", "temp"),
            one.verdict("auc", 0, "critical", distance=9.0),
            one.verdict("off", 0, "warning"),
        ],
    )
    told = actions(one)
    assert not told[Kind.PERFORMANCE].startswith("Performance")
    for kind in (Kind.DRIFT, Kind.CALIBRATION):
        assert told[kind].startswith("Performance is down as well: do first what its incident says (incident 1")
    assert "Do not retrain" not in "".join(told.values())


@pytest.mark.parametrize(("drift", "starts"), [(True, "Check the drift upstream first"), (False, "Recalibrate")])
def test_scores_are_recalibrated_once_the_drift_is_known_to_be_real(life: Make, drift: bool, starts: str) -> None:
    one = life(rules=(*life().rules, OFF))
    drifts = [one.verdict("psi", 0, "warning", "temp")] if drift else []
    one.advance(0, [*drifts, one.verdict("off", 0, "warning")])
    assert actions(one)[Kind.CALIBRATION].startswith(starts)
