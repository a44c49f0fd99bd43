"""A home that is served: requests go into its log at once, and its models are watched by the clock.

The routes speak to this; it speaks to the home, whose other users (the command line) come through it as well.
"""

from __future__ import annotations

import logging
from asyncio import Semaphore
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event as Signal
from threading import Lock, Thread
from time import monotonic

from modelwatch.app import Home, wall
from modelwatch.collect.bodies import Rows, to_frame
from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import LABEL
from modelwatch.domain.errors import DurabilityError, InputError, ModelwatchError, UnknownName
from modelwatch.domain.instants import DAY, SECOND
from modelwatch.domain.names import ModelKey
from modelwatch.log.intake import Intake, Parcel, Resend
from modelwatch.log.recall import Recall
from modelwatch.log.tables import PREDICTIONS
from modelwatch.serve.bodies import Allowance
from modelwatch.serve.counters import Counters
from modelwatch.serve.figures import Figures, figures_of

TICK_SECONDS = 0.5
FLUSH_ROWS = 50_000
FLUSH_SECONDS = 600.0
SOON_ROWS = 300_000
RETRY_SECONDS = 10.0
DECODERS = 2
MOST_PENDING = 100
_LOG = logging.getLogger("modelwatch.serve")


class _Ended(Exception):
    """The server is told to stop; the step that was not begun is done after the next start."""


@dataclass(slots=True)
class _Due:
    """When a model is looked at next: the instant of event time, and not before a moment of this process."""

    instant: int = 0
    not_before: float = 0.0


class LiveHome:
    """One home under a server; `start` sets its workers going, `stop` ends them."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.counters = Counters(wall)
        self.troubles: dict[ModelKey, str] = {}
        self.intake = Intake(home.spool, Recall(home.lake), observe=self.counters.observe)
        self.allowance = Allowance()
        self.decoding = Semaphore(DECODERS)
        self._layouts: dict[ModelKey, Layout] = {}
        self._models: list[ModelKey] = []
        self._figures: dict[ModelKey, Figures] = {}
        self._stale: set[ModelKey] = set()
        self._learning = Lock()
        self._due: dict[ModelKey, _Due] = {}
        self._flushed = monotonic()
        self._ended = Signal()
        self._threads = [
            Thread(target=self._work, name="worker", daemon=True),
            Thread(target=self._deliver, name="deliver", daemon=True),
        ]

    def start(self) -> None:
        """Bring what an earlier process left behind into the lake, then keep all models watched."""
        self.home.start_clock()
        if self.home.is_replayed():
            _LOG.warning("the home's clock is in replay: models are watched again after modelwatch run without --until")
        self._flush()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer what came in, end the step under way, and bring the rows into the lake if there are not too many."""
        self._ended.set()
        self.intake.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self._flush()

    def _flush(self) -> None:
        """Bring the rows into the lake if it is soon done and there is room; they are as safe where they are."""
        backlog = self.home.spool.backlog
        if backlog > SOON_ROWS:
            _LOG.warning("%s rows wait for the lake: they are brought there while the server runs", f"{backlog:,}")
            return
        try:
            self.home.flush()
        except DurabilityError as error:
            _LOG.error("%s rows stay in the spool: %s", f"{backlog:,}", error)

    def take(
        self, key: ModelKey, table: str, rows: Rows, *, size: int, outcome: str | None = None, resend: Resend | None
    ) -> Future[bytes]:
        """Put one request's rows into the log; the future holds the answer once they are durable."""
        layout = self.layout(key, rows if table == PREDICTIONS else None)
        parcel = Parcel(
            key=key,
            table=table,
            layout=layout,
            rows=rows,
            received=wall(),
            size=size,
            outcome=outcome or LABEL,
            resend=resend,
        )
        return self.intake.put(parcel)

    def layout(self, key: ModelKey, rows: Rows | None = None) -> Layout:
        """Where a model's columns go; a model that is not known yet gets a proposal from its first rows.

        Raises
        ------
        UnknownName
            If the model is not known and there are no rows to learn from.
        """
        known = self._layouts.get(key)
        if known is not None:
            return known
        with self._learning:
            found = self.home.layout(key)
            if found is None:
                found = self._proposed(key, rows)
            self._layouts[key] = found
            return found

    def models(self) -> list[ModelKey]:
        """The models under watch, as the worker last saw them."""
        return self._models

    def figures(self) -> Mapping[ModelKey, Figures]:
        """What Prometheus is told of each model; read from the store once after each run, by the worker."""
        return self._figures

    def lags(self) -> dict[ModelKey, float]:
        """By how many seconds the next window of each model is late."""
        if self.home.is_replayed():
            return {}
        now = wall()
        return {key: max(now - due.instant, 0) / SECOND for key, due in list(self._due.items()) if due.instant}

    def knows(self, key: ModelKey) -> bool:
        """Whether a model's layout is at hand, so that taking its rows in asks no database."""
        return key in self._layouts

    def changed(self, key: ModelKey) -> None:
        """A model was applied, or rows came another way: nothing that was remembered of it holds."""
        self._layouts.pop(key, None)
        self._stale.add(key)
        self._due.pop(key, None)
        self.intake.forget()

    def _proposed(self, key: ModelKey, rows: Rows | None) -> Layout:
        if rows is None or rows.height == 0:
            raise UnknownName(f"there is no model {key.model!r} yet: apply a specification, or send predictions first")
        if len(self.home.pending()) >= MOST_PENDING:
            raise InputError(
                f"{MOST_PENDING} models wait for a specification already: apply them before new ones are taken"
            )
        frame = to_frame(rows.records) if rows.columns is None and rows.records is not None else rows.columns
        assert frame is not None
        return self.home.propose(key, frame)

    def _work(self) -> None:
        while not self._ended.wait(self._pause()):
            try:
                self._tick()
            except _Ended:
                return
            except Exception:  # noqa: BLE001 (told in the log; a worker that ends would watch nothing)
                _LOG.exception("the worker failed; it goes on in %s s", RETRY_SECONDS)
                self._ended.wait(RETRY_SECONDS)

    def _pause(self) -> float:
        """Seconds until something is due: a window that closes is not kept waiting for the next look."""
        now = wall()
        next_due = min((due.instant for due in self._due.values() if due.instant > now), default=now + DAY)
        return min((next_due - now) / SECOND, TICK_SECONDS)

    def _tick(self) -> None:
        now = wall()
        if self.home.spool.backlog >= FLUSH_ROWS or monotonic() - self._flushed > FLUSH_SECONDS:
            self.home.flush(progress=self._unless_ended)
            self.home.spool.forget_answers(now - DAY)
            self._flushed = monotonic()
        self._models, replayed = self.home.models(), self.home.is_replayed()
        for key in self._models:
            if self._ended.is_set():
                return
            due = self._due.setdefault(key, _Due())
            if monotonic() < due.not_before:
                continue
            try:
                if not replayed and now >= due.instant:
                    due.instant = self.home.watch(key, wall, progress=self._unless_ended)
                    self._stale.add(key)
                if key in self._stale or key not in self._figures:
                    self._refresh(key)
                self.troubles.pop(key, None)
            except ModelwatchError as error:
                # One model's trouble must not keep the others from being watched.
                self.troubles[key] = str(error)
                due.not_before = monotonic() + RETRY_SECONDS
                _LOG.error("%s could not be watched: %s", key, error)

    def _refresh(self, key: ModelKey) -> None:
        # Taken off first: a change that comes meanwhile is read the next time.
        self._stale.discard(key)
        severities = [incident["severity"] for incident in self.home.incidents(key, state="open")]
        self._figures[key] = figures_of(self.home.latest(key), severities)

    def _unless_ended(self, *_: object) -> None:
        """Asked between two steps of a model."""
        if self._ended.is_set():
            raise _Ended

    def _deliver(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            try:
                self.home.deliver_due(wait=False)
            except Exception:  # noqa: BLE001 (told in the log; messages must go on)
                _LOG.exception("delivery failed; it goes on in %s s", RETRY_SECONDS)
                self._ended.wait(RETRY_SECONDS)
