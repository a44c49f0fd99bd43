"""Delivery: takes what is due from the outbox to its channels and keeps what came of it.

`work` calls it after each commit. A message is sent before it is marked: after a crash in between it is sent
again with the same key, which every channel takes as the same message.
"""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from random import Random

from modelwatch.act.retry import Retry
from modelwatch.catalog import Catalog
from modelwatch.store import State, outbox
from modelwatch.store.outbox import Queued


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How many messages were sent, will be tried again, and were given up as dead letters."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def deliver(
    state: State, catalog: Catalog, now: int, *, retry: Retry | None = None, random: Random | None = None
) -> Delivery:
    """Send every message that is due, channels side by side, each channel's messages in order.

    A channel that fails is left alone until the next call: it costs one failure, not one a message, and the
    others go on meanwhile. A channel has to give up by itself on an endpoint that hangs.

    Parameters
    ----------
    state
        The store with the outbox.
    catalog
        Where the channels are; a message for one that is not there fails like any other.
    now
        Microseconds since 1970 by the home's clock: what is due by then is sent, and delivered then.
    retry
        When to try again; by default over about a day.
    random
        Source of the jitter; by default seeded by the system.
    """
    retry, random = retry or Retry(), random or Random()  # noqa: S311 (jitter needs no secrets)
    lanes: defaultdict[str, deque[Queued]] = defaultdict(deque)
    with state.reading() as tx:
        for message in outbox.due(tx, now):
            lanes[message.channel].append(message)
    if not lanes:
        return Delivery()
    sent = failed = dead = 0
    with ThreadPoolExecutor(len(lanes), thread_name_prefix="channel") as pool:
        running = {pool.submit(_send, catalog, lane[0]): lane for lane in lanes.values()}
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                lane = running.pop(future)
                message = lane.popleft()
                if _settle(state, message, future, now, retry, random):
                    sent += 1
                    if lane:
                        running[pool.submit(_send, catalog, lane[0])] = lane
                elif message.attempts + 1 < retry.attempts:
                    failed += 1
                else:
                    dead += 1
    return Delivery(sent=sent, failed=failed, dead=dead)


def _send(catalog: Catalog, message: Queued) -> None:
    catalog.channels.get(message.channel).send(message.body, key=message.key)


def _settle(state: State, message: Queued, sending: Future[None], now: int, retry: Retry, random: Random) -> bool:
    """Keep what came of one attempt, in a transaction of its own; whether it was delivered."""
    error = sending.exception()
    with state.transaction() as tx:
        if error is None:
            outbox.mark_delivered(tx, message.id, now)
            return True
        pause = retry.wait(message.attempts + 1, random)
        reason = f"{type(error).__name__}: {error}"[:500]  # some endpoints answer with a whole page
        outbox.mark_failed(tx, message.id, reason, next_try=None if pause is None else now + pause)
        return False
