"""What a message says: everything a person needs, in a form that JSON keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modelwatch.act.draft import Draft
from modelwatch.act.message import effect, how_bad, write
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict
from modelwatch.domain.slices import Slice

MakeChange = Callable[..., Any]


def draft(change: Any) -> Draft:
    return Draft(change=change.kind, incident=change.incident, at=change.at)


def verdict(metric: str = "psi", column: str = "temp", **changed: Any) -> Verdict:
    series = Series(metric, column, changed.pop("slice", Slice()), span=changed.pop("span", 1))
    values: dict[str, Any] = {"value": 0.3, "threshold": 0.1, "noise_floor": None, "status": Status.WARNING}
    return Verdict(rule="r", series=series, window=Window(0, DAY), **(values | changed))


def test_a_message_answers_every_question(make_change: MakeChange) -> None:
    change = make_change(
        "opened",
        evidence=("temp is 8 degrees warmer", "dewp is not"),
        slices=({"slice": {"origin": "EWR"}, "value": 0.5, "n": 1200, "reference": 0.25},),
        impact={
            "rows_affected": 900,
            "roc_auc": {"value": 0.61, "reference": 0.67},
            "windows_held": {"temp": 3},
        },
        first_action="Compare the feed with the airport's own.",
    )
    assert write(draft(change), {"runbook": "https://example.com"}) == {
        "version": 1,
        "key": "default/flight-delay/prod/1/opened/warning/1970-01-02T00:00:00Z",
        "at": "1970-01-02T00:00:00Z",
        "change": "opened",
        "severity": "warning",
        "project": "default",
        "model": "flight-delay",
        "env": "prod",
        "incident": 1,
        "title": "Incident 1",
        "what": "New",
        "since": "1970-01-01T00:00:00Z",
        "first": "1970-01-01T00:00:00Z",
        "until": None,
        "held_back": "",
        "how_bad": "psi of temp is 0.314 over 28 windows (limit 0.1, noise up to 0.05)",
        "peak": "",
        "cause": "drift",
        "evidence": [
            "temp is 8 degrees warmer",
            "dewp is not",
            "No deployment or other event posted within 7 d",
        ],
        "columns": ["temp"],
        "slices": [{"slice": {"origin": "EWR"}, "value": 0.5, "n": 1200, "reference": 0.25}],
        "where": ["origin EWR (0.5, usually 0.25; 1,200 rows)"],
        "impact": {
            "rows_affected": 900,
            "roc_auc": {"value": 0.61, "reference": 0.67},
            "windows_held": {"temp": 3},
        },
        "effect": "rows affected 900",
        "first_action": "Compare the feed with the airport's own.",
        "look": "modelwatch incidents flight-delay --id 1",
        "links": {"runbook": "https://example.com"},
        "detail": change.incident.to_dict(),
    }


def test_an_end_says_until_when_and_is_good_news(make_change: MakeChange) -> None:
    message = write(draft(make_change("resolved", severity=Status.CRITICAL, at=3 * DAY)), {})
    assert (message["severity"], message["what"]) == ("ok", "Over")
    assert message["until"] == "1970-01-04T00:00:00Z"


@pytest.mark.parametrize("kind", ["opened", "reopened", "escalated", "resolved"])
def test_json_keeps_a_message(make_change: MakeChange, kind: str) -> None:
    message = write(draft(make_change(kind, slices=({"slice": {"carrier": "UA"}, "value": 1.0, "n": 40},))), {})
    assert json.loads(json.dumps(message, allow_nan=False)) == message


def test_a_message_does_not_change_with_the_incident(make_change: MakeChange) -> None:
    impact = {"rows": 1}
    message = write(draft(make_change(impact=impact)), {})
    impact["rows"] = 2
    assert message["impact"] == {"rows": 1}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], ""),
        ([verdict()], "psi of temp is 0.3 (limit 0.1)"),
        ([verdict("roc_auc", "", value=0.61234, threshold=0.64)], "roc_auc is 0.612 (limit 0.64)"),
        ([verdict(slice=Slice.of({"origin": "EWR"}))], "psi of temp where origin EWR is 0.3 (limit 0.1)"),
        ([verdict("missing_share", value=0.0634)], "missing_share of temp is 6.3 % (limit 10 %)"),
        (
            [verdict("silence_seconds", "", value=173_000.0, threshold=172_800.0)],
            "silence_seconds is 2 d 3 min (limit 2 d)",
        ),
        ([verdict("rows", "", value=None, threshold=None)], "rows has no value"),
        ([verdict(value=123456.0, threshold=1e-5)], "psi of temp is 123,456 (limit 1e-05)"),
    ],
)
def test_the_worst_in_words(verdicts: list[Verdict], expected: str) -> None:
    assert how_bad(verdicts) == expected


def test_an_effect_counts_and_leaves_metrics_to_the_evidence() -> None:
    assert effect({"predictions": 968, "roc_auc": {"value": 0.612345, "reference": None}}) == "predictions 968"


def test_an_end_is_no_alarm_step(make_change: MakeChange) -> None:
    message = write(draft(make_change("resolved", at=3 * DAY, first_action="Check it", evidence=("It fires",))), {})
    assert message["title"] == "Drift of temp has ended"
    assert (message["first_action"], message["evidence"], message["how_bad"]) == ("", [], "")
    assert message["peak"].startswith("psi of temp is 0.314 over 28 windows")


def test_one_that_is_back_tells_what_fires_now_and_names_its_peak(make_change: MakeChange) -> None:
    change = make_change("reopened")
    now = replace(verdict(value=0.12, span=28), window=Window(4 * DAY, 5 * DAY))
    incident = replace(change.incident, firing=(now,), again=Window(4 * DAY, 5 * DAY))
    message = write(draft(replace(change, incident=incident)), {})
    assert (message["since"], message["first"]) == ("1970-01-05T00:00:00Z", "1970-01-01T00:00:00Z")
    assert message["how_bad"] == "psi of temp is 0.12 over 28 windows (limit 0.1)"
    assert message["peak"].startswith("psi of temp is 0.314 over 28 windows")


def test_a_slice_reads_like_what_fires(make_change: MakeChange) -> None:
    change = make_change(slices=({"slice": {"origin": "EWR"}, "value": 0.361, "n": 368, "reference": 0.0277},))
    incident = replace(change.incident, firing=(verdict("missing_share", value=0.15),))
    message = write(draft(replace(change, incident=incident)), {})
    assert message["where"] == ["origin EWR (36 %, usually 2.8 %; 368 rows)"]


def test_a_peak_is_one_of_what_fires_now_or_none(make_change: MakeChange) -> None:
    change = make_change("reopened")
    other = replace(verdict("prediction_mean_shift", "prediction", value=0.2), window=Window(4 * DAY, 5 * DAY))
    message = write(draft(replace(change, incident=replace(change.incident, firing=(other,)))), {})
    assert message["how_bad"].startswith("prediction_mean_shift of prediction is 0.2")
    assert message["peak"] == ""


def test_an_event_comes_before_all_other_evidence(make_change: MakeChange) -> None:
    event = Event(kind="deployment", at=DAY, note="v2")
    message = write(draft(make_change(evidence=("temp is warmer",))), {}, [event])
    assert message["evidence"] == ["Close in time: deployment at 1970-01-02T00:00:00Z (v2)", "temp is warmer"]


@pytest.mark.parametrize(
    ("key", "name"),
    [(ModelKey("eta"), "eta"), (ModelKey("eta", "test"), "eta/test"), (ModelKey("eta", "prod", "ops"), "ops/eta/prod")],
)
def test_where_to_look_is_what_the_command_line_takes(make_change: MakeChange, key: ModelKey, name: str) -> None:
    change = make_change()
    message = write(draft(replace(change, incident=replace(change.incident, key=key))), {})
    assert message["look"] == f"modelwatch incidents {name} --id 1"


def test_the_worst_comes_first_and_the_others_are_counted() -> None:
    mild, bad = verdict(), verdict("missing_share", value=1.0, threshold=0.2, status=Status.CRITICAL)
    assert how_bad([mild, bad, replace(mild, rule="s")]) == "missing_share of temp is 100 % (limit 20 %); 2 more"
