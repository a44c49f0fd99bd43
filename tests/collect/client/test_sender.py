"""The queue and its thread with sinks that misbehave: nothing stops the thread, and nothing goes uncounted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from modelwatch.collect.client import Answer, Batch, Kind, Later, Limits, Taken
from modelwatch.collect.client.notices import Notices
from modelwatch.collect.client.rows import Note
from modelwatch.collect.client.sender import Sender

from .conftest import QUICK

NOTE: Note = (Kind.LABELS, 0, ("a", None, 1, "label"))


@dataclass
class Sink:
    """Answers as it is told."""

    answer: Callable[[Batch], Answer] = lambda _: Taken()
    batches: list[Batch] = field(default_factory=list)
    closed: int = 0

    def send(self, batch: Batch, *, timeout_seconds: float) -> Answer:
        self.batches.append(batch)
        return self.answer(batch)

    def close(self) -> None:
        self.closed += 1


def sender(sink: Sink, limits: Limits = QUICK) -> Sender:
    return Sender(sink, limits, Notices())


def test_a_sink_that_fails_costs_its_batch_and_no_more() -> None:
    def fail(batch: Batch) -> Answer:
        raise RuntimeError("broken")

    sink = Sink(fail)
    queue = sender(sink)
    queue.offer(NOTE)
    assert queue.flush(5)
    sink.answer = lambda _: Taken()
    queue.offer(NOTE)
    assert queue.flush(5)
    stats = queue.stats()
    assert (stats.logged, stats.sent, stats.dropped) == (2, 1, 1)
    assert "RuntimeError: broken" in str(stats.last_error)
    queue.close(5)
    assert sink.closed == 1


def test_no_thread_without_rows() -> None:
    queue = sender(Sink())
    before = threading.active_count()
    assert queue.flush(0)
    assert threading.active_count() == before
    queue.close(0)


def test_a_flush_does_not_wait_for_what_comes_after_it() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(batch: Batch) -> Answer:
        if len(batch.rows) == 2:
            asked.set()
            go_on.wait(10)
        return Taken()

    queue = sender(Sink(slow))
    queue.offer(NOTE)
    assert queue.flush(5)
    queue.offer(NOTE)
    queue.offer(NOTE)
    assert asked.wait(5)
    assert not queue.flush(0.05)
    go_on.set()
    assert queue.flush(5)
    queue.close(5)


def test_events_go_one_by_one_after_labels_after_predictions() -> None:
    sink = Sink()
    queue = sender(sink, Limits(interval_seconds=60.0))
    queue.offer((Kind.EVENTS, 0, ("deployment", None, None, None, None)))
    queue.offer(NOTE)
    queue.offer((Kind.EVENTS, 0, ("holiday", None, None, None, None)))
    queue.offer((Kind.PREDICTIONS, 0, ("a", *[None] * 10)))
    assert queue.flush(5)
    assert [batch.kind.value for batch in sink.batches] == ["predictions", "labels", "events", "events"]
    queue.close(5)


def test_rows_that_turn_out_large_shrink_the_queue() -> None:
    gate = threading.Event()
    queue = sender(Sink(lambda _: Taken() if gate.is_set() else Later("down")), Limits(queue_bytes=1 << 20))
    large: Note = (Kind.LABELS, 0, ("a", None, "x" * 50_000, "label"))
    for _ in range(500):
        queue.offer(large)
    assert not queue.flush(0.5)
    for _ in range(500):
        queue.offer(large)
    stats = queue.stats()
    assert 0 < stats.queued < 600
    assert stats.queued + stats.dropped == stats.logged == 1000
    gate.set()
    queue.close(10)
    assert queue.stats().sent == stats.queued


@pytest.mark.parametrize("rows", [0, 3])
def test_closing_twice_counts_once(rows: int) -> None:
    queue = sender(Sink(lambda _: Later("down")))
    for _ in range(rows):
        queue.offer(NOTE)
    queue.close(0.05)
    queue.close(0.05)
    assert (queue.stats().logged, queue.stats().dropped) == (rows, rows)
