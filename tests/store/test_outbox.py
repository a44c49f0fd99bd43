"""The outbox: what is due next on each channel, once per key, until it is delivered or given up."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.incident import Notified
from modelwatch.domain.measurement import Status
from modelwatch.store import State, outbox
from modelwatch.store.outbox import Message


def message(model_id: int, key: str, **changed: Any) -> Message:
    """A message that differs in what matters to a test."""
    values: dict[str, Any] = {
        "incident_id": 1,
        "change": "opened",
        "severity": Status.WARNING,
        "channel": "log",
        "body": {"title": f"about {key}"},
        "at": 10,
    }
    return Message(model_id=model_id, key=key, **(values | changed))


def due_keys(state: State, now: int) -> list[str]:
    with state.reading() as tx:
        return [each.key for each in outbox.due(tx, now)]


def all_keys(state: State, now: int) -> list[str]:
    """The keys in the order in which they are delivered if every attempt works."""
    keys: list[str] = []
    while True:
        with state.transaction() as tx:
            chosen = outbox.due(tx, now)
            for each in chosen:
                outbox.mark_delivered(tx, each.id, now)
        if not chosen:
            return keys
        keys += [each.key for each in chosen]


def test_a_message_is_due_at_once_until_delivered(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a")])
        assert outbox.pending(tx) == 1
    with state.transaction() as tx:
        [queued] = outbox.due(tx, 10)
        assert (queued.channel, queued.key, queued.body, queued.attempts) == (
            "log",
            "a",
            {"title": "about a"},
            0,
        )
        outbox.mark_delivered(tx, queued.id, 12)
        assert outbox.pending(tx) == 0
    assert due_keys(state, 100) == []


def test_a_key_is_queued_once_per_channel(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a"), message(model_id, "a", channel="other")])
        outbox.put(tx, [message(model_id, "a", body={"title": "another text"})])
        [first, second] = outbox.due(tx, 10)
        assert (first.body, second.channel) == ({"title": "about a"}, "other")
        outbox.mark_delivered(tx, first.id, 10)
        outbox.put(tx, [message(model_id, "a")])
        assert [each.channel for each in outbox.due(tx, 10)] == ["other"]


def test_messages_are_due_in_the_order_they_were_queued(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, key, at=at) for key, at in (("b", 9), ("a", 3), ("c", 1))])
    assert all_keys(state, 10) == ["b", "a", "c"]


def test_a_failed_message_waits_and_keeps_its_error(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a")])
        [queued] = outbox.due(tx, 10)
        outbox.mark_failed(tx, queued.id, "OSError: disk full", next_try=50)
    assert due_keys(state, 49) == []
    with state.reading() as tx:
        [again] = outbox.due(tx, 50)
        assert (again.attempts, again.error, outbox.pending(tx)) == (1, "OSError: disk full", 1)


def test_a_dead_letter_is_kept_and_not_sent(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a")])
        [queued] = outbox.due(tx, 10)
        outbox.mark_failed(tx, queued.id, "OSError: gone", next_try=None)
        assert outbox.due(tx, 10**18) == []
        assert outbox.pending(tx) == 0
        [dead] = outbox.dead(tx)
        assert (dead.key, dead.attempts, dead.error) == ("a", 1, "OSError: gone")


@pytest.mark.parametrize(
    ("changed", "meanwhile", "then"),
    [
        ({}, [], ["begin", "end"]),  # the end waits for the beginning
        ({"incident_id": 2}, ["end"], ["end", "begin"]),
        ({"channel": "other"}, ["end"], ["begin", "end"]),
    ],
)
def test_nobody_hears_of_the_end_first(
    state: State, model_id: int, changed: dict[str, Any], meanwhile: list[str], then: list[str]
) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "begin"), message(model_id, "end", change="resolved", **changed)])
        outbox.mark_failed(tx, outbox.due(tx, 10)[0].id, "OSError", next_try=50)
    assert due_keys(state, 20) == meanwhile
    assert all_keys(state, 50) == then


def test_a_beginning_given_up_does_not_hold_back_the_end(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "begin"), message(model_id, "end", change="resolved")])
        outbox.mark_failed(tx, outbox.due(tx, 10)[0].id, "OSError", next_try=None)
    assert due_keys(state, 20) == ["end"]


def test_what_was_sent_about_an_incident(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        begin = message(model_id, "a", severity=Status.CRITICAL)
        end = message(model_id, "b", change="resolved", severity=Status.OK, at=30)
        outbox.put(tx, [begin, end, message(model_id, "c", incident_id=2), message(other_id, "d")])
        outbox.mark_delivered(tx, outbox.due(tx, 10)[0].id, 12)
        found = outbox.notified(tx, model_id, [1])
    assert found == [
        (1, Notified(at=10, channel="log", change="opened", severity=Status.CRITICAL, delivered=12)),
        (1, Notified(at=30, channel="log", change="resolved", severity=Status.OK, delivered=None)),
    ]


def test_what_json_cannot_hold_is_refused(state: State, model_id: int) -> None:
    with pytest.raises(Exception, match="JSON compliant"), state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a", body={"value": float("nan")})])
    assert due_keys(state, 10) == []


def test_each_channel_that_is_not_busy_gets_its_first(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, key, channel=key[0], incident_id=int(key[1])) for key in ("a1", "a2", "b1")])
        assert [each.key for each in outbox.due(tx, 0)] == ["a1", "b1"]
        assert [each.key for each in outbox.due(tx, 0, busy={"a"})] == ["b1"]


def test_what_failed_comes_after_what_did_not(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "poison", incident_id=1), message(model_id, "fine", incident_id=2)])
        outbox.mark_failed(tx, outbox.due(tx, 0)[0].id, "OSError", next_try=5)
    assert all_keys(state, 9) == ["fine", "poison"]


def test_a_channel_rests_as_a_whole_and_no_other_does(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a"), message(model_id, "b", channel="other")])
        outbox.rest(tx, "log", 50)
        outbox.put(tx, [message(model_id, "c", incident_id=2)])
    assert due_keys(state, 49) == ["b"]
    assert all_keys(state, 50) == ["a", "b", "c"]


def test_the_next_is_due_when_message_and_channel_are(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        assert outbox.next_due(tx) is None
        outbox.put(tx, [message(model_id, "begin"), message(model_id, "end", change="resolved")])
        assert outbox.next_due(tx) == 0
        outbox.mark_failed(tx, outbox.due(tx, 0)[0].id, "OSError", next_try=50)
        assert outbox.next_due(tx) == 50, "the end waits for the beginning"
        outbox.rest(tx, "log", 70)
        assert outbox.next_due(tx) == 70


def test_a_stopped_channel_gets_nothing_until_it_is_resumed(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        outbox.put(tx, [message(model_id, "a"), message(model_id, "b", incident_id=2)])
        outbox.mark_failed(tx, outbox.due(tx, 0)[0].id, "410", next_try=None)
        outbox.stop(tx, "log", "410", 0)
        assert (outbox.due(tx, 10**18), outbox.next_due(tx)) == ([], None)
        assert outbox.standings(tx) == {"log": outbox.Standing(1, 1, "410", "410")}
        assert outbox.resume(tx, "log") == 1
        assert outbox.standings(tx) == {"log": outbox.Standing(2, 0, "410", None)}
    assert all_keys(state, 0) == ["a", "b"]
    with state.reading() as tx:
        assert outbox.standings(tx) == {}
