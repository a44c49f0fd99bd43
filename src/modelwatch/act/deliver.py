"""Delivery: takes what is due from the outbox to its channels and keeps what came of it.

`run` delivers after each commit, a server about every second. A message is sent before it is marked: after a crash
in between it is sent again with the same key, which every channel takes as the same message.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from random import Random
from threading import Lock, Thread
from typing import Any

from modelwatch.act.retry import LONGEST_ASKED, Retry
from modelwatch.catalog import Catalog, Channel, Picturing
from modelwatch.domain.errors import DeliveryError
from modelwatch.domain.instants import SECOND
from modelwatch.store import State, outbox
from modelwatch.store.outbox import Queued

PATIENCE_SECONDS = 20.0
"""Longer than any built-in channel waits for its endpoint."""
_LONGEST_ERROR = 500
_LOG = logging.getLogger("modelwatch.act")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How many messages were sent, will be tried again, and were given up as dead letters.

    `next_due` is when the next one that waits may be sent (microseconds since 1970); None: none waits.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    next_due: int | None = None

    def __add__(self, other: Delivery) -> Delivery:
        return Delivery(
            sent=self.sent + other.sent,
            failed=self.failed + other.failed,
            dead=self.dead + other.dead,
            next_due=other.next_due,
        )


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came of one attempt."""

    message: Queued
    error: BaseException | None


def wall_clock() -> int:
    """Microseconds since 1970 by the wall."""
    return time.time_ns() // 1000


class Courier:
    """Delivers for as long as it lives, one message of a channel at a time, channels side by side.

    A channel that fails or hangs is waited for once, and never again until it has worked: its messages go on in
    the background, and no other channel notices. Sending stops when the process does; what was under way is sent
    again by the next one. Several threads may call it: one delivers, the others wait for it.

    Parameters
    ----------
    state
        The store with the outbox, open for writing.
    catalog
        Where the channels are; a message for one that is not there fails like any other.
    clock
        What time it is, in microseconds since 1970; retries are by the wall's clock, also in a replay.
    retry
        When to try again; by default over three days.
    random
        Source of the jitter; by default seeded by the system.
    patience_seconds
        How long a call of `deliver_due` waits at most for channels that have not failed yet.
    """

    def __init__(
        self,
        state: State,
        catalog: Catalog,
        *,
        clock: Callable[[], int] = wall_clock,
        retry: Retry | None = None,
        random: Random | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._state, self._catalog, self._clock = state, catalog, clock
        self._retry, self._random = retry or Retry(), random or Random()  # noqa: S311 (jitter needs no secrets)
        self._patience = patience_seconds
        self._lock = Lock()
        self._busy: set[str] = set()
        self._slow: set[str] = set()
        self._arrived: SimpleQueue[_Sent] = SimpleQueue()
        self._unsettled: deque[_Sent] = deque()

    def deliver_due(self, *, wait: bool = True) -> Delivery:
        """Send what is due, oldest first, never the end of an incident before its beginning.

        Parameters
        ----------
        wait
            Whether to wait until all is sent; without, what is begun goes on in the background, and a later call
            keeps what came of it.

        Returns
        -------
        Delivery
            What came of the attempts that ended in this call.
        """
        with self._lock:
            done = self._deliver(time.monotonic() + self._patience * wait)
        with self._state.reading() as tx:
            return done + Delivery(next_due=outbox.next_due(tx))

    def _deliver(self, limit: float) -> Delivery:
        done = Delivery()
        while True:
            while self._take():
                pass
            done += self._settle()
            self._start()
            if not self._busy - self._slow:
                return done
            if not self._take(limit - time.monotonic()):
                self._slow |= self._busy
                return done

    def _take(self, wait_seconds: float = 0) -> bool:
        """Fetch one attempt that has ended, if one does in time."""
        try:
            self._unsettled.append(self._arrived.get(block=wait_seconds > 0, timeout=max(0.0, wait_seconds)))
        except Empty:
            return False
        return True

    def _settle(self) -> Delivery:
        """Keep what came of the attempts, each in a transaction of its own."""
        done = Delivery()
        while self._unsettled:
            # Taken off the list only once it is kept: the state may be busy.
            done += self._keep(self._unsettled[0])
            self._busy.discard(self._unsettled.popleft().message.channel)
        return done

    def _keep(self, sent: _Sent) -> Delivery:
        message, error, now = sent.message, sent.error, self._clock()
        with self._state.transaction() as tx:
            if error is None:
                outbox.mark_delivered(tx, message.id, now)
                self._slow.discard(message.channel)
                return Delivery(sent=1)
            reason = _told(error)
            if isinstance(error, DeliveryError) and error.final:
                outbox.mark_failed(tx, message.id, reason, next_try=None)
                if error.gone:
                    outbox.stop(tx, message.channel, reason, now)
                return Delivery(dead=1)
            self._slow.add(message.channel)
            asked = round(error.retry_after * SECOND) if isinstance(error, DeliveryError) else 0
            pause = self._retry.wait(message.attempts + 1, self._random, asked=asked)
            outbox.mark_failed(tx, message.id, reason, next_try=None if pause is None else now + pause)
            # The others of the channel wait as long as was asked, else shortly: it may be the message's own fault.
            outbox.rest(tx, message.channel, now + max(self._retry.waits[0], min(asked, LONGEST_ASKED)))
            return Delivery(dead=1) if pause is None else Delivery(failed=1)

    def _start(self) -> None:
        """Give every channel that has nothing to do its next message."""
        with self._state.reading() as tx:
            chosen = outbox.due(tx, self._clock(), busy=self._busy)
        for message in chosen:
            self._busy.add(message.channel)
            # A daemon: what hangs for ever must not keep the program from ending.
            Thread(target=self._send, args=(message,), name=f"channel {message.channel}", daemon=True).start()

    def _send(self, message: Queued) -> None:
        error: BaseException | None = None
        try:
            channel = self._catalog.channels.get(message.channel)
            channel.send(self._pictured(channel, message.body), key=message.key)
        except BaseException as raised:  # noqa: BLE001 (whatever a channel raises is kept as its failure)
            error = raised
        self._arrived.put(_Sent(message, error))

    def _pictured(self, channel: Channel, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The message with its picture where the channel shows one; a message is never held up for its picture."""
        draw = self._catalog.picture
        if draw is None or not (isinstance(channel, Picturing) and channel.pictures):
            return body
        try:
            drawn = draw(body)
        except Exception:  # noqa: BLE001 (told in the log; the words matter more)
            _LOG.exception("the picture of a message for %s could not be drawn: it is sent without", channel.name)
            return body
        return body if drawn is None else {**body, "picture": drawn}


def _told(error: BaseException) -> str:
    """An error for the outbox; some endpoints answer with a whole page."""
    name = "" if isinstance(error, DeliveryError) else f"{type(error).__name__}: "
    return f"{name}{error}"[:_LONGEST_ERROR]
