"""Incidents and measurements in words, from their JSON."""

from __future__ import annotations

from typing import Any

from modelwatch.domain.incident import Cause, Incident, Kind, Moment, Notified, State
from modelwatch.domain.instants import DAY, Window, parse_instant
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict
from modelwatch.domain.slices import Slice
from modelwatch.show.incidents import incident_lines, incident_list_lines, short_lines
from modelwatch.show.measurements import measurement_lines

START = parse_instant("2013-12-30")
WINDOW = Window(START, START + DAY)


def verdict(column: str, status: Status, **given: Any) -> Verdict:
    return Verdict(
        rule="missing", series=Series("missing_share", column, span=given.get("span", 1)), window=WINDOW,
        value=0.25, threshold=0.05, noise_floor=None, status=status,
    )  # fmt: skip


def incident(**given: Any) -> dict[str, Any]:
    cause = Cause(
        kind=Kind.DATA_FAULT,
        evidence=("Missing in 25 % of rows",),
        columns=("temp", "dewp"),
        slices=({"slice": {"origin": "JFK"}, "value": 1.0, "n": 283, "reference": 0.01},),
        first_action="Check the source",
    )
    whole: dict[str, Any] = {
        "id": 7,
        "key": ModelKey("flight-delay"),
        "kind": Kind.DATA_FAULT,
        "state": State.OPEN,
        "severity": Status.CRITICAL,
        "title": "temp is missing",
        "opened": START + DAY,
        "resolved": None,
        "window": WINDOW,
        "verdicts": (
            verdict("calm", Status.OK),
            verdict("dewp", Status.WARNING),
            verdict("temp", Status.CRITICAL, span=7),
        ),
        "cause": cause,
        "timeline": (Moment(at=START + DAY, text="opened at critical"),),
        "notified": (Notified(at=START + DAY, channel="log", change="opened", severity=Status.CRITICAL),),
        **given,
    }  # fmt: skip
    return Incident(**whole).to_dict()


def test_an_incident_in_full() -> None:
    assert list(incident_lines(incident())) == [
        "#7 critical data_fault, open: temp is missing",
        "    flight-delay, since 2013-12-30, opened 2013-12-31",
        "    Missing in 25 % of rows",
        "    columns: temp, dewp",
        "    slices: origin JFK (1 against 0.01, n 283)",
        "    at worst critical: missing_share of temp over 7 windows 25 %, limit 5.0 % in the window from 2013-12-30",
        "    at worst warning: missing_share of dewp 25 %, limit 5.0 % in the window from 2013-12-30",
        "    do first: Check the source",
        "    2013-12-31 modelwatch: opened at critical",
        "    told: 1 message, the first at 2013-12-31 to log, 1 not delivered yet",
    ]


def test_an_incident_that_is_over_and_elsewhere() -> None:
    lines = list(incident_lines(incident(key=ModelKey("eta", "test"), resolved=START + 3 * DAY, notified=())))
    assert lines[1] == "    eta in test, since 2013-12-30, opened 2013-12-31, resolved 2014-01-02"
    assert not any("told" in line for line in lines)


def test_one_that_came_back_says_since_when() -> None:
    back = incident(again=Window(START + 2 * DAY, START + 3 * DAY))
    assert (
        list(incident_lines(back))[1] == "    flight-delay, since 2013-12-30, again since 2014-01-01, opened 2013-12-31"
    )


def test_many_verdicts_are_counted() -> None:
    many = tuple(verdict(f"c{i}", Status.WARNING) for i in range(5))
    assert "    and 2 more verdicts" in list(incident_lines(incident(verdicts=many)))


def test_a_list_of_incidents_and_none() -> None:
    lines = list(incident_list_lines([incident(), incident(id=8)]))
    assert [line[:2] for line in lines if line.startswith("#")] == ["#7", "#8"]
    assert list(incident_list_lines([])) == ["no incidents"]


def test_the_short_form_says_what_since_when_why_and_what_to_do() -> None:
    assert list(short_lines([incident()])) == [
        "#7 critical data_fault: temp is missing (2013-12-30, goes on)",
        "    Missing in 25 % of rows",
        "    do first: Check the source",
    ]
    bare = incident(resolved=START + DAY, cause=Cause(kind=Kind.UNKNOWN))
    assert list(short_lines([bare])) == ["#7 critical unknown: temp is missing (2013-12-30, to 2013-12-31)"]


def test_measurements_with_and_without_a_value() -> None:
    full = Measurement(
        Series("accuracy", "prediction", Slice.of({"origin": "EWR"}), "3", 28), WINDOW, 0.75, 1200, (0.7, 0.8), 0.01,
        provisional=True, revision=2, status=Status.WARNING,
    )  # fmt: skip
    none = Measurement(Series("roc_auc"), WINDOW, None, reason="no labels", status=Status.NOT_COMPUTED)
    heading, first, second = measurement_lines([full.to_dict(), none.to_dict()])
    assert heading.split()[:4] == ["window", "version", "metric", "column"]
    assert first.split() == (
        [
            "2013-12-30",
            "3",
            "accuracy",
            "prediction",
            "origin",
            "EWR",
            "28",
            "0.75",
            "0.7",
            "to",
            "0.8",
            "0.01",
            "1,200",
            "2",
            "warning,",
            "provisional",
        ]
    )
    assert second.split() == ["2013-12-30", "roc_auc", "1", "-", "0", "1", "not_computed", "no", "labels"]
