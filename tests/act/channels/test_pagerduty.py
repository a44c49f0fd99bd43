"""The kind `pagerduty`: events that open and close one alert, within the limits of the Events API v2."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from modelwatch.act import channels
from modelwatch.act.channels.pagerduty import ENQUEUE, LARGEST_EVENT, LONGEST_SUMMARY, PagerDutyChannel, dedup_key
from modelwatch.act.outline import mark
from modelwatch.act.sample import sample
from modelwatch.catalog import Catalog
from modelwatch.domain.errors import DeliveryError
from modelwatch.domain.secret import Secret

KEY = "0123456789abcdef0123456789abcdef"


def send(endpoint: Any, message: dict[str, Any]) -> list[dict[str, Any]]:
    """Send a message; returns the events that came of it."""
    url = Secret(text=f"{endpoint.url}/v2/enqueue")
    channel = PagerDutyChannel(name="pager", routing_key=Secret(text=KEY), url=url, allow_private=True)
    channel.send(message, key="k")
    return [json.loads(request.body) for request in endpoint.requests]


def test_a_beginning_triggers_an_alert(endpoint: Any, message: dict[str, Any]) -> None:
    endpoint.status, endpoint.answer = 202, b'{"status":"success"}'
    [event] = send(endpoint, message)
    assert endpoint.requests[0].path == "/v2/enqueue"
    details = event["payload"].pop("custom_details")
    assert event == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": hashlib.sha256(b"default|flight-delay|prod|data_fault").hexdigest(),
        "client": "modelwatch",
        "client_url": "https://watch.example.org/incidents/12",
        "links": [
            {"href": "https://watch.example.org/incidents/12", "text": "Incident"},
            {"href": "https://example.com/runbook", "text": "Runbook"},
        ],
        "payload": {
            "summary": "CRITICAL  flight-delay  Weather feed missing, 8 columns empty",
            "source": "flight-delay",
            "severity": "critical",
            "timestamp": "2013-12-31T06:00:00Z",
            "component": "flight-delay",
            "group": "default/prod",
            "class": "data_fault",
        },
    }
    assert details["message"] == mark("k")
    assert details["Do first"] == message["first_action"]
    assert details["incident"] == message["detail"]


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ("opened", "trigger"),
        ("reopened", "trigger"),
        ("escalated", "trigger"),
        ("acknowledged", "acknowledge"),
        ("resolved", "resolve"),
    ],
)
def test_every_change_has_its_action_on_the_same_alert(
    endpoint: Any, message: dict[str, Any], change: str, action: str
) -> None:
    [event] = send(endpoint, message | {"change": change, "incident": 99, "key": "another"})
    assert event["event_action"] == action
    assert event["dedup_key"] == dedup_key(message)


@pytest.mark.parametrize(("severity", "theirs"), [("critical", "critical"), ("warning", "warning"), ("ok", "info")])
def test_severities_are_theirs(endpoint: Any, message: dict[str, Any], severity: str, theirs: str) -> None:
    [event] = send(endpoint, message | {"severity": severity})
    assert event["payload"]["severity"] == theirs


@pytest.mark.parametrize("part", ["project", "model", "env", "cause"])
def test_another_model_or_kind_is_another_alert(message: dict[str, Any], part: str) -> None:
    assert dedup_key(message | {part: "other"}) != dedup_key(message)
    assert len(dedup_key(message)) <= 255


def test_a_test_opens_an_alert_and_closes_it(endpoint: Any) -> None:
    events = send(endpoint, sample("pager", 0))
    assert [event["event_action"] for event in events] == ["trigger", "resolve"]
    assert events[0]["payload"]["severity"] == "info"


def test_a_long_summary_is_cut(endpoint: Any, message: dict[str, Any]) -> None:
    [event] = send(endpoint, message | {"title": "😀" * 5_000})
    assert len(event["payload"]["summary"]) == LONGEST_SUMMARY
    assert event["payload"]["summary"].endswith("…")


def test_an_event_that_is_too_large_loses_its_details_only(endpoint: Any, message: dict[str, Any]) -> None:
    [event] = send(endpoint, message | {"detail": {"verdicts": ["x" * 1_000] * 600}})
    assert len(endpoint.requests[0].body) < LARGEST_EVENT
    assert event["payload"]["custom_details"]["incident"] == "too large to be sent"
    assert event["payload"]["custom_details"]["Do first"] == message["first_action"]


def test_a_refusal_is_final_and_hides_the_key(endpoint: Any, message: dict[str, Any]) -> None:
    endpoint.status, endpoint.answer = 400, f'{{"errors": ["routing_key {KEY} is invalid"]}}'.encode()
    with pytest.raises(DeliveryError, match=r"routing_key \*\*\* is invalid") as failure:
        send(endpoint, message)
    assert failure.value.final


def test_events_go_to_pagerduty_unless_another_address_is_given(tmp_path: Any) -> None:
    catalog = Catalog()
    channels.register(catalog, tmp_path)
    [url] = [each for each in catalog.channel_kinds.get("pagerduty").settings if each.name == "url"]
    assert url.default == ENQUEUE
