"""Delivery: at least once with the same key, no channel in the way of another, nothing forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from modelwatch.act import Delivery, Retry, deliver
from modelwatch.catalog import Catalog
from modelwatch.domain.instants import HOUR, SECOND
from modelwatch.domain.measurement import Status
from modelwatch.store import State, outbox
from modelwatch.store.outbox import Message

MakeMemory = Callable[..., Any]
Queue = Callable[..., None]


@pytest.fixture
def queue(state: State, model_id: int) -> Queue:
    """Put messages into the outbox."""

    def queue(*keys: str, channel: str = "memory", incident_id: int | None = None) -> None:
        with state.transaction() as tx:
            for number, key in enumerate(keys):
                message = Message(
                    model_id=model_id,
                    incident_id=number if incident_id is None else incident_id,
                    change="opened",
                    severity=Status.WARNING,
                    channel=channel,
                    key=key,
                    body={"title": key},
                    at=0,
                )
                outbox.put(tx, [message])

    return queue


def with_channels(*channels: Any) -> Catalog:
    catalog = Catalog()
    for channel in channels:
        catalog.channels.add(channel)
    return catalog


def keys_of(channel: Any) -> list[str]:
    return [key for key, _ in channel.sent]


def test_nothing_to_do(state: State) -> None:
    assert deliver(state, Catalog(), 0) == Delivery()


def test_messages_arrive_in_order_and_once(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory()
    queue("a", "b", "c")
    assert deliver(state, with_channels(channel), 7) == Delivery(sent=3)
    assert channel.sent == [(key, {"title": key}) for key in "abc"]
    assert deliver(state, with_channels(channel), 8) == Delivery()
    with state.reading() as tx:
        assert [each.delivered for _, each in outbox.notified(tx, 1, [0, 1, 2])] == [7, 7, 7]


def test_a_failing_channel_costs_one_failure_and_no_other_channel(
    state: State, queue: Queue, memory: MakeMemory
) -> None:
    broken, fine = memory("broken", failures=99), memory("fine")
    queue("a", "b", "c", channel="broken")
    queue("a", "b", channel="fine")
    catalog = with_channels(broken, fine)
    assert deliver(state, catalog, 0, random=Random(1)) == Delivery(sent=2, failed=1)
    assert keys_of(fine) == ["a", "b"]
    assert broken.failures == 98


def test_a_channel_that_hangs_keeps_no_other_waiting(state: State, queue: Queue, memory: MakeMemory) -> None:
    fine = memory("fine")
    all_arrived = threading.Event()

    class Hanging:
        name = "hanging"

        def send(self, message: Mapping[str, Any], *, key: str) -> None:
            # Ends only once the other channel has all of its messages.
            if not all_arrived.wait(60):
                raise TimeoutError("the other channel was kept waiting")

    class Fine:
        name = "fine"

        def send(self, message: Mapping[str, Any], *, key: str) -> None:
            fine.send(message, key=key)
            if len(fine.sent) == 3:
                all_arrived.set()

    queue("x", channel="hanging")
    queue("a", "b", "c", channel="fine")
    assert deliver(state, with_channels(Hanging(), Fine()), 0) == Delivery(sent=4)


def test_a_failure_is_tried_again_with_the_same_key(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory(failures=1)
    catalog = with_channels(channel)
    retry = Retry(first=10 * SECOND)
    queue("a")
    assert deliver(state, catalog, 0, retry=retry, random=Random(1)) == Delivery(failed=1)
    wait = retry.wait(1, Random(1))
    assert wait is not None
    assert deliver(state, catalog, wait - 1, retry=retry) == Delivery()
    assert deliver(state, catalog, wait, retry=retry) == Delivery(sent=1)
    assert keys_of(channel) == ["a"]


def test_what_is_tried_again_comes_before_the_rest_of_its_incident(
    state: State, queue: Queue, memory: MakeMemory
) -> None:
    channel = memory(failures=1)
    catalog = with_channels(channel)
    queue("begin", "end", incident_id=1)
    queue("other", incident_id=2)
    deliver(state, catalog, 0, random=Random(1))
    assert deliver(state, catalog, 1) == Delivery(sent=1)
    assert deliver(state, catalog, HOUR) == Delivery(sent=2)
    assert keys_of(channel) == ["other", "begin", "end"]


def test_a_message_is_given_up_after_the_last_attempt_and_kept(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory(failures=99)
    catalog = with_channels(channel)
    retry = Retry(attempts=3)
    queue("a")
    results = [deliver(state, catalog, attempt * HOUR, retry=retry) for attempt in range(4)]
    assert results == [Delivery(failed=1), Delivery(failed=1), Delivery(dead=1), Delivery()]
    assert channel.failures == 96
    with state.reading() as tx:
        [dead] = outbox.dead(tx)
    assert (dead.key, dead.attempts, dead.error) == ("a", 3, "ConnectionError: no answer")


def test_an_outage_of_two_hours_loses_nothing(state: State, queue: Queue, memory: MakeMemory) -> None:
    class Throttled:
        name = "memory"
        now = 0

        def send(self, message: Mapping[str, Any], *, key: str) -> None:
            if self.now < 2 * HOUR:
                raise ConnectionError("429 Too Many Requests")
            channel.send(message, key=key)

    channel, throttled = memory(), Throttled()
    catalog = with_channels(throttled)
    queue("a", "b", "c", "d")
    attempts = 0
    for minute in range(36 * 60):
        throttled.now = minute * 60 * SECOND
        delivery = deliver(state, catalog, throttled.now, random=Random(minute))
        attempts += delivery.failed
        assert delivery.dead == 0
        if len(channel.sent) == 4:
            break
    assert sorted(keys_of(channel)) == ["a", "b", "c", "d"]
    assert attempts < 4 * 20


def test_a_channel_that_is_not_there_fails_like_any_other(state: State, queue: Queue) -> None:
    queue("a", channel="gone")
    assert deliver(state, Catalog(), 0, random=Random(1)) == Delivery(failed=1)
    with state.reading() as tx:
        [queued] = outbox.due(tx, HOUR)
    assert queued.error == "UnknownName: there is no channel 'gone': known are none"


def test_a_long_error_is_cut(state: State, queue: Queue) -> None:
    class Verbose:
        name = "memory"

        def send(self, message: Mapping[str, Any], *, key: str) -> None:
            raise ConnectionError("<html>" * 10_000)

    queue("a")
    deliver(state, with_channels(Verbose()), 0)
    with state.reading() as tx:
        [queued] = outbox.due(tx, HOUR)
    assert queued.error is not None
    assert queued.error.startswith("ConnectionError: <html>")
    assert len(queued.error) == 500
