"""Delivery: at least once with the same key, no channel in the way of another, nothing forgotten."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from modelwatch.act import Courier, Delivery, Retry
from modelwatch.act.draft import Draft
from modelwatch.act.message import write
from modelwatch.act.outline import mark
from modelwatch.catalog import Catalog
from modelwatch.domain.errors import DeliveryError, HomeError, InputError
from modelwatch.domain.instants import HOUR, SECOND
from modelwatch.domain.measurement import Status
from modelwatch.store import State, outbox
from modelwatch.store.outbox import Message

MakeMemory = Callable[..., Any]
Queue = Callable[..., None]


@pytest.fixture
def queue(state: State, model_id: int) -> Queue:
    """Put messages into the outbox."""

    def queue(*keys: str, channel: str = "memory", incident_id: int | None = None, body: Any = None) -> None:
        with state.transaction() as tx:
            for number, key in enumerate(keys):
                message = Message(
                    model_id=model_id,
                    incident_id=number if incident_id is None else incident_id,
                    change="opened",
                    severity=Status.WARNING,
                    channel=channel,
                    key=key,
                    body=body or {"title": key},
                    at=0,
                )
                outbox.put(tx, [message])

    return queue


@dataclass(slots=True)
class Answering:
    """A channel that gives one answer to everything: an error, or None where it takes what it gets."""

    answer: Exception | None
    name: str = "memory"
    attempts: int = 0
    taken: list[str] = field(default_factory=list)

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        self.attempts += 1
        if self.answer is not None:
            raise self.answer
        self.taken.append(key)


def with_channels(*channels: Any) -> Catalog:
    catalog = Catalog()
    for channel in channels:
        catalog.channels.add(channel)
    return catalog


def deliver_at(state: State, catalog: Catalog, now: int, **given: Any) -> Delivery:
    """Deliver what is due at one instant, as a program that begins then."""
    return Courier(state, catalog, clock=lambda: now, **given).deliver_due()


def keys_of(channel: Any) -> list[str]:
    return [key for key, _ in channel.sent]


def test_nothing_to_do(state: State) -> None:
    assert deliver_at(state, Catalog(), 0) == Delivery()


def test_messages_arrive_in_order_and_once(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory()
    queue("a", "b", "c")
    assert deliver_at(state, with_channels(channel), 7) == Delivery(sent=3)
    assert channel.sent == [(key, {"title": key}) for key in "abc"]
    assert deliver_at(state, with_channels(channel), 8) == Delivery()
    with state.reading() as tx:
        assert [each.delivered for _, each in outbox.notified(tx, 1, [0, 1, 2])] == [7, 7, 7]


def test_a_failing_channel_costs_one_failure_and_no_other_channel(
    state: State, queue: Queue, memory: MakeMemory
) -> None:
    broken, fine = memory("broken", failures=99), memory("fine")
    queue("a", "b", "c", channel="broken")
    queue("a", "b", channel="fine")
    catalog = with_channels(broken, fine)
    delivery = deliver_at(state, catalog, 0, random=Random(1))
    assert (delivery.sent, delivery.failed, delivery.dead) == (2, 1, 0)
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
    assert deliver_at(state, with_channels(Hanging(), Fine()), 0) == Delivery(sent=4)


def test_a_failure_is_tried_again_with_the_same_key_when_it_is_due(
    state: State, queue: Queue, memory: MakeMemory
) -> None:
    channel = memory(failures=1)
    catalog = with_channels(channel)
    queue("a")
    first = deliver_at(state, catalog, 0, random=Random(1))
    wait = Retry().wait(1, Random(1))
    assert first == Delivery(failed=1, next_due=wait)
    assert wait is not None
    assert deliver_at(state, catalog, wait - 1) == Delivery(next_due=wait)
    assert deliver_at(state, catalog, wait) == Delivery(sent=1)
    assert keys_of(channel) == ["a"]


def test_what_is_tried_again_comes_before_the_rest_of_its_incident(
    state: State, queue: Queue, memory: MakeMemory
) -> None:
    channel = memory(failures=1)
    catalog = with_channels(channel)
    queue("begin", "end", incident_id=1)
    queue("other", incident_id=2)
    deliver_at(state, catalog, 0, random=Random(1))
    assert deliver_at(state, catalog, 5 * SECOND).sent == 1
    assert deliver_at(state, catalog, HOUR).sent == 2
    assert keys_of(channel) == ["other", "begin", "end"]


def test_a_message_is_given_up_after_the_last_attempt_and_kept(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory(failures=99)
    catalog = with_channels(channel)
    retry = Retry(waits=(SECOND, SECOND))
    queue("a")
    results = [deliver_at(state, catalog, attempt * HOUR, retry=retry) for attempt in range(4)]
    assert [(each.failed, each.dead) for each in results] == [(1, 0), (1, 0), (0, 1), (0, 0)]
    assert channel.failures == 96
    with state.reading() as tx:
        [dead] = outbox.dead(tx)
    assert (dead.key, dead.attempts, dead.error) == ("a", 3, "ConnectionError: no answer")


def test_an_outage_of_two_hours_loses_nothing(state: State, queue: Queue) -> None:
    channel = Answering(DeliveryError("429 Too Many Requests"))
    catalog = with_channels(channel)
    for number, key in enumerate("abcd"):
        queue(key, f"{key} over", incident_id=number)
    now = dead = 0
    while True:
        if now > 2 * HOUR:
            channel.answer = None
        delivery = deliver_at(state, catalog, now, random=Random(now))
        dead += delivery.dead
        if delivery.next_due is None:
            break
        assert delivery.next_due > now
        now = delivery.next_due
    assert (dead, sorted(channel.taken)) == (0, sorted([*"abcd", *(f"{key} over" for key in "abcd")]))
    for key in "abcd":
        assert channel.taken.index(key) < channel.taken.index(f"{key} over")
    assert channel.attempts < 4 * 10
    assert now < 5 * HOUR


def test_a_channel_is_left_alone_for_as_long_as_it_asks(state: State, queue: Queue) -> None:
    channel = Answering(DeliveryError("429", retry_after=3600))
    catalog = with_channels(channel)
    queue("a")
    assert deliver_at(state, catalog, 0) == Delivery(failed=1, next_due=HOUR)
    queue("b", incident_id=7)  # also what comes later waits
    assert deliver_at(state, catalog, HOUR - 1) == Delivery(next_due=HOUR)
    channel.answer = None
    assert deliver_at(state, catalog, HOUR) == Delivery(sent=2)
    assert channel.taken == ["b", "a"]


def test_a_message_that_can_never_be_taken_is_a_dead_letter_at_once(state: State, queue: Queue) -> None:
    channel = Answering(DeliveryError("400 invalid", final=True))
    catalog = with_channels(channel)
    queue("a", "b")
    assert deliver_at(state, catalog, 0) == Delivery(dead=2)
    assert channel.attempts == 2, "the endpoint works: the other message is tried as well"
    with state.reading() as tx:
        assert [(each.key, each.error) for each in outbox.dead(tx)] == [("a", "400 invalid"), ("b", "400 invalid")]


def test_an_endpoint_that_is_gone_stops_its_channel_until_it_is_resumed(state: State, queue: Queue) -> None:
    channel = Answering(DeliveryError("410 Gone", gone=True))
    catalog = with_channels(channel)
    queue("a", "b")
    assert deliver_at(state, catalog, 0) == Delivery(dead=1)
    queue("c", incident_id=7)
    assert deliver_at(state, catalog, HOUR) == Delivery()
    assert channel.attempts == 1
    with state.transaction() as tx:
        assert outbox.standings(tx)["memory"] == outbox.Standing(2, 1, "410 Gone", "410 Gone")
        outbox.resume(tx, "memory")
    channel.answer = None
    assert deliver_at(state, catalog, HOUR) == Delivery(sent=3)
    assert channel.taken == ["a", "b", "c"]


def test_a_channel_that_hangs_is_waited_for_once(state: State, queue: Queue, memory: MakeMemory) -> None:
    released = threading.Event()

    class Hanging:
        name = "hanging"

        def send(self, message: Mapping[str, Any], *, key: str) -> None:
            released.wait(timeout=60)

    fine = memory("fine")
    courier = Courier(state, with_channels(Hanging(), fine), clock=lambda: 0, patience_seconds=0.2)
    queue("x", "y", channel="hanging")
    queue("a", channel="fine")
    assert courier.deliver_due() == Delivery(sent=1, next_due=0)
    started = time.monotonic()
    for key in "bcd":
        queue(key, channel="fine", incident_id=ord(key))
        assert courier.deliver_due() == Delivery(sent=1, next_due=0)
    assert time.monotonic() - started < 0.2, "what hangs is not waited for again"
    released.set()
    sent = 0
    while sent < 2:
        sent += courier.deliver_due().sent
    assert keys_of(fine) == ["a", "b", "c", "d"]


def test_without_waiting_a_later_call_keeps_what_came_of_it(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory()
    courier = Courier(state, with_channels(channel), clock=lambda: 7)
    queue("a", "b", "c")
    sent = 0
    while sent < 3:
        sent += courier.deliver_due(wait=False).sent
    assert keys_of(channel) == ["a", "b", "c"]
    assert courier.deliver_due(wait=False) == Delivery()


def test_what_came_of_an_attempt_is_not_lost_when_the_state_is_busy(
    state: State, queue: Queue, memory: MakeMemory
) -> None:
    channel, times = memory(), iter([0, None, 0, 0, 0, 0])

    def clock() -> int:
        now = next(times)
        if now is None:
            raise HomeError("the state is busy")
        return now

    courier = Courier(state, with_channels(channel), clock=clock)
    queue("a")
    with pytest.raises(HomeError, match="busy"):
        courier.deliver_due()
    assert courier.deliver_due() == Delivery(sent=1)
    assert keys_of(channel) == ["a"]


def test_several_threads_deliver_each_message_once(state: State, queue: Queue, memory: MakeMemory) -> None:
    channel = memory()
    courier = Courier(state, with_channels(channel), clock=lambda: 0)
    queue(*map(str, range(30)))
    threads = [threading.Thread(target=courier.deliver_due) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys_of(channel) == [str(number) for number in range(30)]


def test_a_channel_that_is_not_there_fails_like_any_other(state: State, queue: Queue) -> None:
    queue("a", channel="gone")
    assert deliver_at(state, Catalog(), 0, random=Random(1)).failed == 1
    with state.reading() as tx:
        [queued] = outbox.due(tx, HOUR)
    assert queued.error == "UnknownName: there is no channel 'gone': known are none"


@dataclass(slots=True)
class Showing:
    """A channel that keeps what it gets, and shows pictures if it is told to."""

    pictures: bool
    name: str = "memory"
    taken: list[Mapping[str, Any]] = field(default_factory=list)

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        self.taken.append(message)


def draws_nothing(body: Mapping[str, Any]) -> bytes | None:
    return None


def cannot_draw(body: Mapping[str, Any]) -> bytes | None:
    raise InputError("drawing charts needs vl-convert")


@pytest.mark.parametrize(
    ("pictures", "picture", "expected"),
    [
        (True, lambda body: b"png of " + body["title"].encode(), {"title": "k", "picture": b"png of k"}),
        (False, lambda body: b"png", {"title": "k"}),
        (True, None, {"title": "k"}),
        (True, draws_nothing, {"title": "k"}),
        (True, cannot_draw, {"title": "k"}),
    ],
)
def test_a_message_has_its_picture_where_one_can_be_drawn_and_shown(
    state: State, queue: Queue, pictures: bool, picture: Any, expected: dict[str, Any]
) -> None:
    queue("k")
    channel = Showing(pictures)
    catalog = with_channels(channel)
    catalog.picture = picture
    assert deliver_at(state, catalog, 0).sent == 1
    assert channel.taken == [expected]


def test_a_long_error_is_cut(state: State, queue: Queue) -> None:
    queue("a")
    deliver_at(state, with_channels(Answering(ConnectionError("<html>" * 10_000))), 0)
    with state.reading() as tx:
        [queued] = outbox.due(tx, HOUR)
    assert queued.error is not None
    assert queued.error.startswith("ConnectionError: <html>")
    assert len(queued.error) == 500


CHILD = """
import sys
from pathlib import Path
from modelwatch.act import Courier
from modelwatch.act.channels.webhook import WebhookChannel
from modelwatch.catalog import Catalog
from modelwatch.domain.secret import Secret
from modelwatch.store import State

catalog = Catalog()
catalog.channels.add(WebhookChannel(name="hook", url=Secret(text=sys.argv[2]), allow_private=True))
with State.open(Path(sys.argv[1])) as state:
    Courier(state, catalog, clock=lambda: 0).deliver_due()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills another process")
def test_what_was_under_way_in_a_kill_comes_again_with_the_same_id(
    tmp_path: Path, state: State, queue: Queue, endpoint: Any, make_change: Callable[..., Any]
) -> None:
    change = make_change()
    body = write(Draft(change=change.kind, incident=change.incident, at=change.at), {})
    queue("begin", "end", channel="hook", incident_id=1, body=body)

    def deliver() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path / "state.sqlite"), endpoint.url])

    killed = threading.Event()

    def kill() -> None:
        killed.wait(timeout=60)
        child.kill()
        child.wait()

    endpoint.before_answer = kill
    child = deliver()
    killed.set()
    assert child.wait(timeout=60) == -signal.SIGKILL
    endpoint.before_answer = lambda: None
    assert deliver().wait(timeout=60) == 0
    ids = [request.headers["webhook-id"] for request in endpoint.requests]
    assert ids == [f"msg_{mark(key)}" for key in ("begin", "begin", "end")]
    with state.reading() as tx:
        assert (outbox.pending(tx), outbox.dead(tx)) == (0, [])
