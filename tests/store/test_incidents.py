"""Incidents as people see them: by state and time, acknowledged until the end, what was said and sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.event import Event
from modelwatch.domain.incident import Incident, Kind
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY, format_instant
from modelwatch.domain.measurement import Status
from modelwatch.store import State, events, incidents, outbox, responses
from modelwatch.store.incidents import LIVE
from modelwatch.store.responses import Response

Make = Callable[..., Incident]
NO_EVENT = "No deployment or other event posted within 7 d"


def told(incident: Incident) -> dict[str, Any]:
    """An incident as it is read while no event is known."""
    body = incident.to_dict()
    body["cause"]["evidence"].append(NO_EVENT)
    return body


def test_the_book_is_kept(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert incidents.get_book(tx, model_id) is None
        incidents.put_book(tx, model_id, b"one")
        incidents.put_book(tx, model_id, b"two")
        assert incidents.get_book(tx, model_id) == b"two"
        assert incidents.get_book(tx, other_id) is None


def test_an_incident_comes_back_as_people_see_it(state: State, model_id: int, make_incident: Make) -> None:
    incident = make_incident()
    with state.transaction() as tx:
        incidents.put(tx, model_id, [incident])
        stored = incidents.get(tx, 1)
    assert stored.body == told(incident)
    assert (stored.model_id, stored.id, stored.kind) == (model_id, 1, Kind.DRIFT)
    assert (stored.state, stored.severity) == (IncidentState.OPEN, Status.WARNING)
    assert (stored.opened, stored.resolved) == (DAY, None)


def test_putting_again_overwrites(state: State, model_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident()])
        worse = make_incident(severity=Status.CRITICAL, state=IncidentState.RESOLVED, resolved=3 * DAY)
        incidents.put(tx, model_id, [worse])
        [stored] = incidents.listed(tx)
    assert stored.body == told(worse)
    assert stored.resolved == 3 * DAY


def test_filters(state: State, model_id: int, other_id: int, make_incident: Make) -> None:
    done = make_incident(1, opened=2 * DAY, state=IncidentState.RESOLVED, resolved=3 * DAY)
    with state.transaction() as tx:
        incidents.put(tx, model_id, [done, make_incident(2, opened=DAY)])
        incidents.put(tx, other_id, [make_incident(3, opened=0)])

        def found(**filters: object) -> list[int]:
            return [each.id for each in incidents.listed(tx, **filters)]  # type: ignore[arg-type]

        assert found() == [3, 2, 1]
        assert found(model_id=model_id) == [2, 1]
        assert found(states=LIVE) == [3, 2]
        assert found(states=[IncidentState.RESOLVED]) == [1]
        assert found(since=3 * DAY - 1, model_id=model_id) == [2, 1]
        assert found(since=3 * DAY, model_id=model_id) == [2]


def test_one_that_is_not_there_is_told(state: State, model_id: int, other_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident(1)])
        with pytest.raises(UnknownName, match="no incident 2"):
            incidents.get(tx, 2)
        with pytest.raises(UnknownName, match="no incident 1"):
            incidents.get(tx, 1, model_id=other_id)


def test_a_number_of_several_models_needs_the_model(
    state: State, model_id: int, other_id: int, make_incident: Make
) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident(1)])
        incidents.put(tx, other_id, [make_incident(1)])
        with pytest.raises(InputError, match="default/churn/prod, default/flight-delay/prod"):
            incidents.get(tx, 1)
        assert incidents.get(tx, 1, model_id=other_id).model_id == other_id


def test_numbers_run_over_all_models(state: State, model_id: int, other_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        assert incidents.next_id(tx) == 1
        incidents.put(tx, model_id, [make_incident(4)])
        incidents.put(tx, other_id, [make_incident(2)])
        assert incidents.next_id(tx) == 5


def test_an_acknowledgement_lasts_until_the_end(state: State, model_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident()])
        incidents.acknowledge(tx, model_id, 1, who="ana", at=2 * DAY)
        incidents.put(tx, model_id, [make_incident()])
        stored = incidents.get(tx, 1)
        assert stored.state is IncidentState.ACKNOWLEDGED
        assert stored.body["state"] == "acknowledged"

        incidents.put(tx, model_id, [make_incident(state=IncidentState.RESOLVED, resolved=5 * DAY)])
        assert incidents.get(tx, 1).state is IncidentState.RESOLVED
        incidents.put(tx, model_id, [make_incident()])
        assert incidents.get(tx, 1).state is IncidentState.OPEN


def test_what_got_worse_is_open_anew(state: State, model_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident()])
        incidents.acknowledge(tx, model_id, 1, who="ana", at=2 * DAY)
        incidents.put(tx, model_id, [make_incident(severity=Status.CRITICAL)])
        assert incidents.get(tx, 1).state is IncidentState.OPEN
        incidents.acknowledge(tx, model_id, 1, who="ana", at=2 * DAY)
        incidents.put(tx, model_id, [make_incident(severity=Status.WARNING)])
        assert incidents.get(tx, 1).state is IncidentState.ACKNOWLEDGED


def test_what_is_over_cannot_be_acknowledged_open(state: State, model_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident(state=IncidentState.RESOLVED, resolved=5 * DAY)])
        incidents.acknowledge(tx, model_id, 1, who="ana", at=6 * DAY)
        assert incidents.get(tx, 1).state is IncidentState.RESOLVED


def test_the_timeline_tells_what_people_did(state: State, model_id: int, make_incident: Make) -> None:
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident(1), make_incident(2)])
        responses.add(tx, model_id, Response(1, 4 * DAY, "bo", "comment", "the feed is back"))
        incidents.acknowledge(tx, model_id, 1, who="ana", at=2 * DAY, note="on it")
        responses.add(tx, model_id, Response(1, 5 * DAY, "bo", "silence", "until 1970-01-09T00:00:00Z"))
        timeline = incidents.get(tx, 1).body["timeline"]
        assert [len(each.body["timeline"]) for each in incidents.listed(tx)] == [4, 1]
    assert [(each["at"], each["who"], each["text"]) for each in timeline] == [
        (format_instant(DAY), "modelwatch", "opened"),
        (format_instant(2 * DAY), "ana", "acknowledged: on it"),
        (format_instant(4 * DAY), "bo", "comment: the feed is back"),
        (format_instant(5 * DAY), "bo", "silenced until 1970-01-09T00:00:00Z"),
    ]


def test_a_response_needs_its_incident(state: State, model_id: int) -> None:
    with pytest.raises(IntegrityError), state.transaction() as tx:
        responses.add(tx, model_id, Response(7, 0, "ana", "comment", "?"))


def test_what_was_sent_stands_with_the_incident(state: State, model_id: int, make_incident: Make) -> None:
    message = outbox.Message(
        model_id=model_id,
        incident_id=1,
        change="opened",
        severity=Status.WARNING,
        channel="log",
        key="k",
        body={},
        at=DAY,
    )
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident(1), make_incident(2)])
        outbox.put(tx, [message])
        with_message, without = incidents.listed(tx)
    assert with_message.body["notified"] == [
        {
            "at": format_instant(DAY),
            "channel": "log",
            "change": "opened",
            "severity": "warning",
            "delivered": None,
        }
    ]
    assert without.body["notified"] == []


@pytest.mark.parametrize(
    ("at", "near"),
    [(-8 * DAY, False), (-6 * DAY, True), (2 * DAY, True), (3 * DAY, False)],
)
def test_an_event_posted_late_stands_with_an_incident_long_resolved(
    state: State, model_id: int, make_incident: Make, at: int, near: bool
) -> None:
    done = make_incident(1, state=IncidentState.RESOLVED, resolved=3 * DAY)
    with state.transaction() as tx:
        incidents.put(tx, model_id, [done])
        assert incidents.get(tx, 1).body["cause"]["evidence"][-1] == NO_EVENT
        events.add(tx, model_id, Event(kind="deployment", at=at, note="v2"))
        line = incidents.get(tx, 1).body["cause"]["evidence"][-1]
    assert line == (f"Close in time: deployment at {format_instant(at)} (v2)" if near else NO_EVENT)


def test_those_before_are_of_one_model_and_kind_and_opened_earlier(
    state: State, model_id: int, other_id: int, make_incident: Make
) -> None:
    with state.transaction() as tx:
        made = [make_incident(number, opened=day * DAY) for number, day in ((1, 1), (2, 3), (3, 3), (4, 5))]
        incidents.put(tx, model_id, [*made, make_incident(5, opened=DAY, kind=Kind.FEED)])
        incidents.put(tx, other_id, [make_incident(6, opened=DAY)])
        found = incidents.before(tx, model_id, Kind.DRIFT, 3 * DAY, 3)
    assert [each.id for each in found] == [1, 2]
    assert found[0].body == made[0].to_dict()
