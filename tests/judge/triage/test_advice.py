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
    one.advance(0, [one.verdict("auc", 0, "critical", distance=9.0), one.verdict("psi", 0, "warning", "dewp")])
    assert not any("Mend" in action for action in actions(one).values())
    one.advance(1, [one.verdict("unseen", 1, "critical", "temp")])
    told = actions(one)
    for kind in (Kind.PERFORMANCE, Kind.DRIFT):
        assert told[kind].startswith("Mend the data first (incident 3: temp); then look again: ")
    assert told[Kind.DATA_FAULT].startswith("Check the source that fills temp")
    for day in (2, 3):
        one.advance(day, [one.verdict("unseen", day, "ok", "temp")])
    assert not any("Mend" in action for action in actions(one).values())


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
