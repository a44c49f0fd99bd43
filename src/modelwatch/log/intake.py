"""The way into the log for many senders at once: they are converted together, and wait for the disk together.

The server puts bodies in and answers when a reply comes back: by then the rows survive a power cut. Two threads
work in a line, so that one batch is converted while the one before it is written.
"""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from queue import Queue
from threading import Lock, Thread
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from modelwatch.collect.bodies import Rows, to_frame
from modelwatch.collect.canonical import Canonical
from modelwatch.collect.ids import row_ids
from modelwatch.collect.layout import SOURCE_ROW, Layout
from modelwatch.collect.quarantine import faults_of
from modelwatch.collect.served import served_layout, served_row
from modelwatch.domain.columns import LABEL, PREDICTION_ID
from modelwatch.domain.errors import DiskFull, DurabilityError, InputError, Overloaded
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Fault, Receipt
from modelwatch.log.flush import COMMIT_ROWS
from modelwatch.log.recall import Recall
from modelwatch.log.requests import Answer, Entry
from modelwatch.log.rows import canonical_rows
from modelwatch.log.spool import Spool
from modelwatch.log.tables import LABELS, PREDICTIONS, QUARANTINE

QUEUED_BYTES = 40 << 20
BACKLOG_ROWS = 5_000_000
TOGETHER_ROWS = CONVERT_ROWS = 20_000
IDS_TOLD = 10_000
FAULTS_TOLD = 20

_LOG = logging.getLogger("modelwatch.log")

Observer = Callable[[ModelKey, str, pl.DataFrame, Receipt], None]


class Resend(NamedTuple):
    """By what a request that is sent again is known: its route and key, and a hash of its body."""

    route: str
    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parcel:
    """One request's rows on their way in; `size` is what it takes of memory, in bytes."""

    key: ModelKey
    table: str
    layout: Layout
    rows: Rows
    received: int
    size: int
    outcome: str = LABEL
    resend: Resend | None = None
    reply: Future[bytes] = field(default_factory=Future[bytes])


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Parcels that became one batch: `starts` holds the number of rows before each, and after the last."""

    parcels: Sequence[Parcel]
    starts: Sequence[int]
    canonical: Canonical
    made_ids: frozenset[int] | None
    """The rows, counted from 1, whose ids were made here; None: of all."""

    @property
    def entries(self) -> list[Entry]:
        first = self.parcels[0]
        tables = {first.table: self.canonical.frame, QUARANTINE: self.canonical.quarantine}
        return [
            Entry(first.key, table, rows, first.received)
            for table, frame in tables.items()
            for rows in frame.iter_slices(COMMIT_ROWS)
        ]


class Intake:
    """Takes parcels and answers each once its rows are durable.

    Parameters
    ----------
    spool
        Where the rows are kept.
    recall
        What tells repeats; used by one thread of the intake only.
    observe
        Told of every batch that became durable: model, table, accepted rows and what was counted.
    """

    def __init__(self, spool: Spool, recall: Recall, *, observe: Observer | None = None) -> None:
        self._spool, self._recall, self._observe = spool, recall, observe
        self._came: Queue[Parcel | None] = Queue()
        self._ready: Queue[list[_Group] | None] = Queue(maxsize=1)
        self._lock = Lock()
        self._queued = 0
        self._broken: str | None = None
        self._stale = False
        self._under_way: dict[tuple[str, str, str], tuple[bytes, Future[bytes]]] = {}
        self._threads = [
            Thread(target=self._guarded, args=(each,), name=f"intake{each.__name__}", daemon=True)
            for each in (self._convert, self._commit)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def trouble(self) -> str | None:
        """Why nothing is taken any more, None while all is well."""
        return self._broken

    @property
    def queued_bytes(self) -> int:
        """What is in memory and not yet answered."""
        return self._queued

    def put(self, parcel: Parcel) -> Future[bytes]:
        """Take a parcel in; the future holds the answer as JSON once the rows are durable.

        Raises
        ------
        Overloaded
            If too much waits already: the sender should try again.
        DurabilityError
            If the disk failed before: nothing is taken until a restart.
        InputError
            If another body came with the same key for sending again.
        """
        if self._broken is not None:
            raise DurabilityError(self._broken)
        if self._spool.backlog > BACKLOG_ROWS:
            raise Overloaded(f"{self._spool.backlog:,} rows wait for the lake: try again later", seconds=5)
        with self._lock:
            if self._queued + parcel.size > QUEUED_BYTES and self._queued:
                raise Overloaded("too many requests are under way: try again", seconds=1)
            earlier = self._sent_before(parcel)
            if earlier is not None:
                return earlier
            self._queued += parcel.size
        # Its rows are kept even if nobody waits for the answer any more.
        parcel.reply.set_running_or_notify_cancel()
        size, place = parcel.size, _place(parcel)
        parcel.reply.add_done_callback(lambda _: self._done(size, place))
        self._came.put(parcel)
        return parcel.reply

    def forget(self) -> None:
        """Rows came into the log another way: what is remembered of it is read anew."""
        self._stale = True

    def close(self) -> None:
        """Answer all that was taken, then stop."""
        self._came.put(None)
        for thread in self._threads:
            thread.join()

    def _sent_before(self, parcel: Parcel) -> Future[bytes] | None:
        place = _place(parcel)
        if parcel.resend is None or place is None:
            return None
        running = self._under_way.get(place)
        if running is None:
            stored = self._spool.answer(*place)
            if stored is None:
                self._under_way[place] = (parcel.resend.body_hash, parcel.reply)
                return None
            running = (stored.body_hash, Future[bytes]())
            running[1].set_result(stored.body)
        known, answered = running
        if known != parcel.resend.body_hash:
            key = parcel.resend.key
            raise InputError(f"the Idempotency-Key {key!r} came with another body before: use a key for one body only")
        return answered

    def _done(self, size: int, place: tuple[str, str, str] | None) -> None:
        with self._lock:
            self._queued -= size
            if place is not None:
                self._under_way.pop(place, None)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Take nothing any more if a thread ends before its time: what it would have answered would wait for ever."""
        try:
            work()
        except BaseException as error:
            self._broken = f"the way into the log broke ({type(error).__name__}): see the server's log, and restart"
            raise

    def _convert(self) -> None:
        ended = False
        while not ended and (first := self._came.get()) is not None:
            parcels, ended = self._gather(first)
            groups = [group for together in _together(parcels) for group in _converted(together)]
            if groups:
                self._ready.put(groups)
            # Else the rows would stay in memory until others come.
            del first, parcels, groups
        self._ready.put(None)

    def _gather(self, first: Parcel) -> tuple[list[Parcel], bool]:
        """All that waits, up to some thousand rows; and whether the end was among it."""
        parcels, height = [first], first.rows.height
        while not self._came.empty() and height < TOGETHER_ROWS:
            parcel = self._came.get()
            if parcel is None:
                return parcels, True
            parcels.append(parcel)
            height += parcel.rows.height
        return parcels, False

    def _commit(self) -> None:
        ended = False
        while not ended and (groups := self._ready.get()) is not None:
            while not ended and not self._ready.empty():
                more = self._ready.get()
                ended = more is None
                groups += more or []
            self._keep(groups)
            del groups

    def _keep(self, groups: list[_Group]) -> None:
        """Make groups durable with one wait for the disk, then answer."""
        try:
            if self._stale:
                self._stale = False
                self._recall.forget()
            judged = [self._answers(group) for group in groups]
            answered = [bodies for bodies, _ in judged]
            answers = [
                Answer(parcel.key.project, *parcel.resend, body, parcel.received)
                for group, bodies in zip(groups, answered, strict=True)
                for parcel, (body, _) in zip(group.parcels, bodies, strict=True)
                if parcel.resend is not None
            ]
            self._spool.append_many([entry for group in groups for entry in group.entries], answers=answers)
        except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 (every sender must be told)
            self._recall.forget()
            if isinstance(error, DurabilityError) and not isinstance(error, DiskFull):
                # A failed sync is never tried again: the kernel may have dropped what it could not write.
                self._broken = f"{error}; restart once the disk is well"
            _fail([parcel for group in groups for parcel in group.parcels], error)
            return
        for group, (bodies, new) in zip(groups, judged, strict=True):
            for parcel, (body, _) in zip(group.parcels, bodies, strict=True):
                parcel.reply.set_result(body)
            self._tell(group, new, Receipt.total(receipt for _, receipt in bodies))

    def _tell(self, group: _Group, new: pl.DataFrame, total: Receipt) -> None:
        if self._observe is None:
            return
        first = group.parcels[0]
        try:
            self._observe(first.key, first.table, new, total)
        except Exception:  # noqa: BLE001 (the rows are durable and answered: a figure less is no reason to end)
            _LOG.exception("rows of %s could not be counted", first.key)

    def _answers(self, group: _Group) -> tuple[list[tuple[bytes, Receipt]], pl.DataFrame]:
        """Each parcel's answer, and the rows that are neither repeated nor in conflict."""
        frame, quarantine = group.canonical.frame, group.canonical.quarantine
        first = group.parcels[0]
        judged = self._recall.judge(first.key, first.table, frame)
        places = frame[SOURCE_ROW].to_numpy()
        counts = {
            "all": _counted(places, group.starts),
            "repeated": _counted(places[judged.repeated], group.starts),
            "conflicting": _counted(places[judged.conflicting], group.starts),
            "waiting": _counted(places[judged.waiting & ~judged.repeated], group.starts),
            "refused": _counted(quarantine["row"].to_numpy(), group.starts),
        }
        told = [*faults_of(quarantine.head(FAULTS_TOLD * len(group.parcels)))]
        told += [Fault(row=row, field=PREDICTION_ID, reason=CONFLICT) for row in places[judged.conflicting]]
        found: list[tuple[bytes, Receipt]] = []
        for number, parcel in enumerate(group.parcels):
            start, end = group.starts[number], group.starts[number + 1]
            at = {name: int(each[number]) for name, each in counts.items()}
            receipt = Receipt(
                accepted=at["all"] - at["repeated"] - at["conflicting"],
                duplicates=at["repeated"],
                quarantined=at["refused"] + at["conflicting"],
                waiting=at["waiting"],
                faults=tuple(replace(f, row=int(f.row) - start) for f in told if start < f.row <= end)[:FAULTS_TOLD],
            )
            found.append((_body(parcel, receipt, group, start, end), receipt))
        return found, frame.filter(~(judged.repeated | judged.conflicting))


def _place(parcel: Parcel) -> tuple[str, str, str] | None:
    """Under which project, route and key a request may be sent again."""
    return None if parcel.resend is None else (parcel.key.project, parcel.resend.route, parcel.resend.key)


CONFLICT = "another row of this id came first and differs"


def _together(parcels: Sequence[Parcel]) -> list[list[Parcel]]:
    """Parcels that can be converted as one batch, in the order in which the first of each came."""
    groups: defaultdict[object, list[Parcel]] = defaultdict(list)
    for place, parcel in enumerate(parcels):
        alone = parcel.rows.columns is not None
        kind = place if alone else (parcel.key, parcel.table, id(parcel.layout), parcel.outcome)
        groups[kind].append(parcel)
    return list(groups.values())


def _converted(parcels: Sequence[Parcel]) -> list[_Group]:
    """Parcels as one batch, or each by itself if together they fail; one that fails alone is answered here."""
    try:
        return [_group(parcels)]
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 (the sender must be told whatever it was)
        if len(parcels) == 1:
            _fail(parcels, error)
            return []
    return [group for parcel in parcels for group in _converted([parcel])]


def _group(parcels: Sequence[Parcel]) -> _Group:
    first = parcels[0]
    layout = first.layout
    made_ids: frozenset[int] | None = frozenset()
    heights = [parcel.rows.height for parcel in parcels]
    starts = [0, *np.cumsum(heights).tolist()]
    frame = first.rows.columns
    if frame is None:
        records = [
            served_row(record, layout, arrival=parcel.received)
            for parcel in parcels
            for record in parcel.rows.records or ()
        ]
        if first.table == PREDICTIONS:
            made_ids = _give_ids(records, first.received)
        frame = to_frame(records)
    elif first.table == PREDICTIONS and not {PREDICTION_ID, layout.id} & set(frame.columns):
        made_ids = None
    canonical = _canonical(first, frame, received=max(parcel.received for parcel in parcels))
    # What came is not needed any more, and may be large.
    return _Group([replace(parcel, rows=Rows()) for parcel in parcels], starts, canonical, made_ids)


def _canonical(first: Parcel, frame: pl.DataFrame, *, received: int) -> Canonical:
    """The rows in canonical form, a part at a time: what is needed on the way is several times their size."""
    served, digest = served_layout(first.layout, frame.columns), uuid.uuid4().hex
    parts: list[Canonical] = []
    for start in range(0, frame.height, CONVERT_ROWS):
        rows = frame.slice(start, CONVERT_ROWS)
        parts.append(
            canonical_rows(
                rows,
                served,
                first.table,
                outcome=first.outcome,
                received=received,
                digest=digest,
                first_row=start + 1,
            )
        )
    frames, refused = [part.frame for part in parts], [part.quarantine for part in parts]
    return Canonical(pl.concat(frames), pl.concat(refused))


def _give_ids(records: list[dict[str, object]], received: int) -> frozenset[int]:
    """Give an id to every record that has none; returns which those are. What was sent stays as it is."""
    lacking = [place for place, record in enumerate(records) if record.get(PREDICTION_ID) is None]
    if lacking:
        times = pl.repeat(received, len(lacking), dtype=pl.Int64, eager=True).cast(pl.Datetime("us", "UTC"))
        made = row_ids(times, pl.int_range(len(lacking), eager=True), digest=uuid.uuid4().hex)
        for place, each in zip(lacking, made, strict=True):
            records[place] = {**records[place], PREDICTION_ID: each}
    return frozenset(place + 1 for place in lacking)


def _counted(places: np.ndarray[tuple[int], np.dtype[np.int64]], starts: Sequence[int]) -> list[int]:
    """How many places lie in each parcel; rows count from 1."""
    return np.histogram(places - 1, bins=np.asarray([*starts[:-1], max(starts[-1], starts[0] + 1)]))[0].tolist()


def _body(parcel: Parcel, receipt: Receipt, group: _Group, start: int, end: int) -> bytes:
    told: dict[str, object] = {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "quarantined": receipt.quarantined,
    }
    if parcel.table == LABELS:
        told["waiting"] = receipt.waiting
    if receipt.faults:
        told["faults"] = [{"row": fault.row, "field": fault.field, "reason": fault.reason} for fault in receipt.faults]
    made = group.made_ids
    if end - start <= IDS_TOLD and (made is None or any(row in made for row in range(start + 1, end + 1))):
        mine = group.canonical.frame.filter(pl.col(SOURCE_ROW) > start, pl.col(SOURCE_ROW) <= end)
        told["ids"] = mine[PREDICTION_ID].to_list()
    return msgspec.json.encode(told)


def _fail(parcels: Sequence[Parcel], error: BaseException) -> None:
    for parcel in parcels:
        parcel.reply.set_exception(error)
