"""The queue between callers and a sink, and the one thread that empties it.

Callers only append to a deque. All else, from writing JSON to waiting for an answer, is the thread's.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from random import Random

from modelwatch.collect.client.limits import Limits
from modelwatch.collect.client.notices import Notices
from modelwatch.collect.client.pack import pack
from modelwatch.collect.client.rows import Note, table_of
from modelwatch.collect.client.sink import Batch, Later, Refused, Sink, Taken, TooLarge
from modelwatch.collect.client.stats import Stats

# What a row is taken to need before the first batch has shown it.
_ROW_BYTES = 2048
# A note, its dict and what Python adds, beside twice the row's JSON.
_NOTE_BYTES = 600
# How soon a flush tries again, whatever the backoff is.
_URGENT_SECONDS = 0.25
_LONGEST_WAIT = 3600.0


class Sender:
    """A queue of notes and the thread that sends them, which starts with the first note.

    A full queue drops what is new: what was queued before keeps its order, and a label never comes before
    its prediction.
    """

    def __init__(self, sink: Sink, limits: Limits, notices: Notices) -> None:
        self._sink, self._limits, self._notices = sink, limits, notices
        self._random = Random()  # noqa: S311 (jitter needs no secrets)
        self._closed = False
        self._begin()
        _LIVE.add(self)

    def forked(self) -> None:
        """Begin anew in the child of a fork: the parent sends what was queued, on the connection that it has."""
        self._begin()
        self._sink.close()

    def _begin(self) -> None:
        self._queue: deque[Note] = deque()
        # Callers take it only to drop a note or queue a table; reentrant, for they may be signal handlers.
        self._lock = threading.RLock()
        self._progress = threading.Condition(self._lock)
        self._wake, self._urge = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._idle, self._abandoned = True, False
        self._row_bytes, self._table_rows, self._table_bytes = float(_ROW_BYTES), 0, 0
        self._in_flight, self._in_flight_bytes, self._wanted = 0, 0, 0
        self._taken = self._sent = self._dropped = self._retried = self._quarantined = self._faults = 0
        self._last_error: str | None = None
        self._resize()

    def offer(self, note: Note) -> None:
        """Queue the note of one row, or drop it if the queue is full."""
        if self._closed or len(self._queue) >= self._room:
            self._drop(1)
            return
        self._queue.append(note)
        if self._idle or len(self._queue) >= self._full:
            self._rouse()

    def offer_table(self, note: Note, *, rows: int, size_bytes: int) -> None:
        """Queue the note of a table, or drop all its rows if the queue has no room for them."""
        with self._lock:
            fits = not self._closed and self._queued_bytes() + size_bytes <= self._limits.queue_bytes
            if fits:
                self._table_rows += rows - 1
                self._table_bytes += size_bytes
                self._resize()
                self._queue.append(note)
        if fits:
            self._rouse()
        else:
            self._drop(rows)

    def fault(self, kind: str, message: str, *, count: int = 1) -> None:
        """Count what could not be understood, and tell of it."""
        with self._lock:
            self._faults += count
            self._last_error = message
        self._notices.tell(kind, message)

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until all that is queued now has been sent or dropped; False if time ran out."""
        with self._lock:
            goal = self._taken + len(self._queue) + self._table_rows
            if self._settled() >= goal:
                return True
            self._wanted = max(self._wanted, goal)
        self._rouse()
        self._urge.set()
        with self._lock:
            return self._progress.wait_for(lambda: self._settled() >= goal or self._abandoned, timeout_seconds)

    def close(self, timeout_seconds: float) -> None:
        """Take nothing more, send what is queued for at most so long, and drop the rest."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.flush(timeout_seconds)
        with self._lock:
            self._abandoned = True
            left = self._taken - self._settled() + len(self._queue) + self._table_rows
            self._taken += len(self._queue) + self._table_rows
            self._queue.clear()
            self._table_rows = self._table_bytes = self._in_flight = self._in_flight_bytes = 0
            last = "" if self._last_error is None else f"; before that: {self._last_error}"
        if left:
            self._lost(left, f"{left} rows were not sent within {timeout_seconds:g} s of closing{last}")
        self._wake.set()
        self._urge.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_URGENT_SECONDS)

    def stats(self) -> Stats:
        """The counts as they are now."""
        with self._lock:
            queued = len(self._queue) + self._table_rows + self._in_flight
            return Stats(
                logged=self._sent + self._dropped + queued,
                sent=self._sent,
                dropped=self._dropped,
                queued=queued,
                queued_bytes=int(self._queued_bytes()) + self._in_flight_bytes,
                retried=self._retried,
                quarantined=self._quarantined,
                faults=self._faults,
                last_error=self._last_error,
            )

    def _settled(self) -> int:
        """How many of the rows that were taken from the queue have been sent or dropped."""
        return self._taken - self._in_flight

    def _queued_bytes(self) -> float:
        return len(self._queue) * self._row_bytes + self._table_bytes

    def _resize(self) -> None:
        """Fit the queue's length to what rows were seen to need."""
        self._room = max(1, int((self._limits.queue_bytes - self._table_bytes) / self._row_bytes))
        self._full = min(self._limits.batch_rows, max(1, self._room // 2))

    def _drop(self, rows: int) -> None:
        why = "the client is closed" if self._closed else "the queue is full, since the receiver is down or too slow"
        self._lost(rows, f"rows are being dropped, {self._dropped + rows} in all by now: {why}")

    def _lost(self, rows: int, why: str) -> None:
        with self._lock:
            self._dropped += rows
            self._last_error = why
        self._notices.tell("dropped", why)

    def _rouse(self) -> None:
        if self._thread is None:
            self._start()
        if not self._wake.is_set():
            self._wake.set()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="modelwatch-client", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # the program is at its end, or has too many threads
                self._last_error = f"no thread to send rows: {error}"
                return
            self._thread = thread

    def _run(self) -> None:
        while not self._abandoned:
            self._await_notes()
            notes = self._take()
            try:
                for batch in self._pack(notes):
                    self._deliver(batch)
            except Exception as error:  # noqa: BLE001 (the thread must live on: without it nothing is sent)
                self._give_up(f"an unexpected {type(error).__name__}: {error}")
        self._sink.close()

    def _await_notes(self) -> None:
        """Wait for a first note, and then until the batch is full, its time has come, or a flush wants it."""
        self._idle = True
        while not self._queue and not self._abandoned:
            self._wake.wait()
            self._wake.clear()
        self._idle = False
        due = time.monotonic() + self._limits.interval_seconds
        while len(self._queue) < self._full and not self._hurried():
            left = due - time.monotonic()
            if left <= 0:
                return
            self._wake.wait(left)
            self._wake.clear()

    def _hurried(self) -> bool:
        return self._abandoned or self._wanted > self._settled()

    def _take(self) -> list[Note]:
        with self._lock:
            notes = [self._queue.popleft() for _ in range(min(len(self._queue), self._limits.batch_rows))]
            tables = [table for note in notes if (table := table_of(note)) is not None]
            rows = sum(table.height for table in tables) - len(tables)
            self._table_rows -= rows
            self._table_bytes -= sum(int(table.estimated_size()) for table in tables)
            self._in_flight = len(notes) + rows
            self._taken += self._in_flight
            self._resize()
        return notes

    def _pack(self, notes: list[Note]) -> Iterator[Batch]:
        packed = pack(notes, batch_bytes=self._limits.batch_bytes)
        if packed.faults:
            self.fault("value", packed.told, count=packed.faults)
        with self._lock:
            if packed.rows and not self._abandoned:
                need = 2 * packed.size_bytes / packed.rows + _NOTE_BYTES
                self._row_bytes = need if self._row_bytes == _ROW_BYTES else 0.8 * self._row_bytes + 0.2 * need
                self._resize()
            self._in_flight_bytes = sum(batch.size_bytes for batch in packed.batches)
        yield from packed.batches

    def _deliver(self, batch: Batch) -> None:
        """Send one batch until the receiver has taken or refused it."""
        failures = 0
        while not self._abandoned:
            answer = self._sink.send(batch, timeout_seconds=self._limits.timeout_seconds)
            match answer:
                case Taken(quarantined):
                    self._settle(batch, sent=batch.count, quarantined=quarantined)
                    return
                case TooLarge() if batch.count > 1:
                    for half in batch.halves():
                        self._deliver(half)
                    return
                case Refused(reason) | TooLarge(reason):
                    self._settle(batch, refused=reason)
                    return
                case Later(reason, after):
                    failures += 1
                    self._fail(f"{batch.count} {batch.kind} wait to be sent: {reason}")
                    self._pause(self._limits.backoff(failures, self._random) if after is None else after, after)

    def _settle(self, batch: Batch, *, sent: int = 0, quarantined: int = 0, refused: str | None = None) -> None:
        lost = None if refused is None else f"{batch.count} {batch.kind} were dropped: {refused}"
        with self._lock:
            if self._abandoned:
                return
            self._sent += sent
            self._quarantined += quarantined
            self._in_flight -= batch.count
            self._in_flight_bytes = max(0, self._in_flight_bytes - batch.size_bytes)
            if lost is not None:
                self._dropped += batch.count
                self._last_error = lost
            self._progress.notify_all()
        # Told without the lock: whoever writes the log down must not hold up callers.
        if lost is not None:
            self._notices.tell("refused", lost)
        if quarantined:
            self._notices.tell("quarantined", f"{quarantined} {batch.kind} were put in quarantine by the receiver")

    def _give_up(self, why: str) -> None:
        """Drop what is in flight; when the client was closed, whoever closed it has done so."""
        with self._lock:
            if self._abandoned:
                return
            lost = f"{self._in_flight} rows were dropped: {why}"
            self._dropped += self._in_flight
            self._in_flight = self._in_flight_bytes = 0
            self._last_error = lost
            self._progress.notify_all()
        self._notices.tell("refused", lost)

    def _fail(self, reason: str) -> None:
        with self._lock:
            self._retried += 1
            self._last_error = reason
        self._notices.tell("later", reason)

    def _pause(self, seconds: float, asked_for: float | None) -> None:
        """Wait before the next try; a flush cuts short what the receiver did not ask for."""
        start = time.monotonic()
        while not self._abandoned:
            hurried = asked_for is None and self._hurried()
            left = start + (min(seconds, _URGENT_SECONDS) if hurried else seconds) - time.monotonic()
            if left <= 0:
                return
            self._urge.wait(min(left, _LONGEST_WAIT))
            self._urge.clear()


_LIVE: weakref.WeakSet[Sender] = weakref.WeakSet()


def _after_fork() -> None:
    for sender in list(_LIVE):
        sender.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
