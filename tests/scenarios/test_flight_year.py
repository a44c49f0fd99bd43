"""What a person must be told of the flight year, and of nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from modelwatch.app import Home
from modelwatch.demo import FLIGHT_DELAY as KEY
from modelwatch.domain.instants import HOUR, parse_instant
from modelwatch.domain.measurement import Status


@pytest.fixture(scope="module")
def incidents(year: Home) -> list[dict[str, Any]]:
    return year.incidents(KEY)


def of_kind(incidents: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [incident for incident in incidents if incident["cause"]["kind"] == kind]


def covers(incident: dict[str, Any], day: str) -> bool:
    """Whether an incident was on when that local day had closed."""
    noon = parse_instant(f"{day}T17:00:00Z")
    start = parse_instant(incident["window"]["start"])
    end = parse_instant(incident["resolved"]) if incident["resolved"] else noon
    return start <= noon <= end


@pytest.mark.parametrize("day", ["2013-08-22", "2013-10-25", "2013-12-30", "2013-12-31"])
def test_the_weather_gaps_are_data_faults(incidents: list[dict[str, Any]], day: str) -> None:
    faults = [incident for incident in of_kind(incidents, "data_fault") if covers(incident, day)]
    assert faults
    assert any("temp" in incident["cause"]["columns"] for incident in faults)


def test_drift_names_temperature_and_dew_point_and_not_pressure(incidents: list[dict[str, Any]]) -> None:
    drift = of_kind(incidents, "drift")
    columns = {column for incident in drift for column in incident["cause"]["columns"]}
    assert {"temp", "dewp"} <= columns
    assert not {"pressure", "weekday"} & columns
    assert all(incident["severity"] == "warning" for incident in drift)


@pytest.mark.parametrize("column", ["temp", "dewp"])
def test_the_drift_is_held_over_150_windows(year: Home, column: str) -> None:
    psi = [m for m in year.metrics(KEY, metric="psi", column=column) if m.series.span == 28]
    assert sum(m.status is Status.WARNING for m in psi) > 150
    assert not any(m.status is Status.CRITICAL for m in psi)


@pytest.mark.parametrize("day", ["2013-03-08", "2013-12-10"])
def test_storms_are_spikes(incidents: list[dict[str, Any]], day: str) -> None:
    assert any(covers(incident, day) for incident in of_kind(incidents, "spike"))


def test_performance_decays_in_autumn(incidents: list[dict[str, Any]]) -> None:
    opened = [
        incident
        for incident in of_kind(incidents, "performance")
        if "2013-09-20" <= incident["opened"] < "2013-12-01"
        and any(verdict["span"] == 28 for verdict in incident["verdicts"])
    ]
    assert opened


def test_at_most_twelve_critical_notifications(incidents: list[dict[str, Any]]) -> None:
    critical = [
        message for incident in incidents for message in incident["notified"] if message["severity"] == "critical"
    ]
    assert len(critical) <= 12


def test_every_incident_says_why_and_what_to_do(incidents: list[dict[str, Any]]) -> None:
    for incident in incidents:
        assert incident["title"]
        assert incident["cause"]["evidence"]
        assert incident["cause"]["first_action"]


def test_every_day_was_measured(year: Home) -> None:
    rows = year.metrics(KEY, metric="rows")
    assert len(rows) == 306
    assert sum(m.value or 0 for m in rows) == 284_821
    assert {m.window.length // HOUR for m in rows} == {23, 24, 25}


def test_no_value_is_made_up(year: Home) -> None:
    for measurement in year.metrics(KEY):
        assert (measurement.value is None) == (measurement.reason is not None)
