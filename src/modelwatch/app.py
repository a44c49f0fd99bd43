"""A home: the one folder that holds everything, with every stage wired to it.

The only place that knows all rooms; the command line, the server and notebooks talk to a `Home`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Literal

import msgspec
import polars as pl

from modelwatch import measure
from modelwatch.act import Courier, Delivery, channels, notify_seen
from modelwatch.catalog import Catalog
from modelwatch.collect.bodies import Rows
from modelwatch.collect.layout import Layout
from modelwatch.collect.quarantine import QUARANTINE_TYPES, told_quarantine
from modelwatch.collect.served import served_frame
from modelwatch.domain.columns import PREDICTION_ID, Task
from modelwatch.domain.errors import HomeError, InputError, SpecError
from modelwatch.domain.event import Event
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import Window, format_instant
from modelwatch.domain.latest import Latest
from modelwatch.domain.measurement import Measurement
from modelwatch.domain.names import ModelKey, check_name
from modelwatch.domain.receipt import Receipt
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS, Slice
from modelwatch.judge import Book
from modelwatch.log import HomeLock, Lake, Spool, flush
from modelwatch.log.flush import Progress as Flushed
from modelwatch.log.lake import LABELS, PREDICTIONS, QUARANTINE
from modelwatch.log.rows import Progress, canonical_files, canonical_rows, check_files
from modelwatch.measure.measured import Measured
from modelwatch.spec import Monitor, infer, parse_kept, render
from modelwatch.spec.channels import CHANNELS_FILE, ChannelFile
from modelwatch.store import (
    State,
    clock,
    events,
    incidents,
    keys,
    models,
    monitors,
    proposals,
    responses,
    silences,
)
from modelwatch.store.keys import ApiKey
from modelwatch.store.metadata import Transaction
from modelwatch.store.responses import Response
from modelwatch.store.silences import Silence
from modelwatch.work import Applied, Ran, Watched, apply_monitor, latest, load_watched, means_of, next_due, run_model
from modelwatch.work.asked import check_asked
from modelwatch.work.channels import channel_rows, check_routes, declare_channels, resume_channel, try_channel
from modelwatch.work.distribution import distribution
from modelwatch.work.stored import parts_of, stored
from modelwatch.work.truth import layout_of

FORMAT = 1
FLUSH_ROWS = 50_000
SERVER_FILE = "server.json"
"""Where a home that is being served says so: address and token, for the command line of the same machine."""
_SETTINGS = "home.json"


def build_catalog(home: Path) -> Catalog:
    """The catalogue of this installation: metrics, the channel `log`, kinds of channels, and what plugins bring."""
    catalog = Catalog().register([measure.register])
    channels.register(catalog, home)
    return catalog.load_plugins()


class Home:
    """One home, open for reading or, under its lock, for writing; threads may share it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Home.open(Path(folder) / "home", write=True) as home:
    ...     home.models()
    []
    """

    def __init__(self, path: Path, catalog: Catalog, state: State, lock: HomeLock | None, spool: Spool | None) -> None:
        self.path, self.catalog, self.state = path, catalog, state
        self.lake = Lake(path / "lake")
        self._lock, self._spool = lock, spool
        self._courier = Courier(state, catalog)
        # One thread at a time moves rows from the spool to the lake, or a model's clock.
        self._working = RLock()

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> Home:
        """Open the home at `path`; a writer makes it if it is not there and keeps all others from writing.

        Raises
        ------
        HomeError
            If there is no home to read, another process writes it, or a newer release made it.
        """
        path = path.absolute()
        settings = path / _SETTINGS
        if not write:
            if not settings.is_file():
                raise HomeError(f"there is no home at {path}: make one with modelwatch apply, or name it with --home")
            _check_format(settings)
            return cls(path, build_catalog(path), State.open(path / "state.sqlite", read_only=True), None, None)
        if path.exists() and not settings.is_file() and {each.name for each in path.iterdir()} - {CHANNELS_FILE}:
            raise HomeError(f"{path} holds other files and is no home: name a new folder with --home")
        path.mkdir(parents=True, exist_ok=True)
        lock = HomeLock.acquire(path / "lock")
        try:
            if settings.is_file():
                _check_format(settings)
            state = State.create(path / "state.sqlite")
            spool = Spool(path / "spool.sqlite")
            catalog = build_catalog(path)
            declare_channels(catalog, path)
            # Written last: a folder with settings is a whole home.
            if not settings.is_file():
                settings.write_bytes(msgspec.json.encode({"format": FORMAT}))
        except BaseException:
            lock.release()
            raise
        return cls(path, catalog, state, lock, spool)

    def close(self) -> None:
        """Close everything and let others write."""
        if self._spool is not None:
            self._spool.close()
        self.state.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Home:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def apply(self, path: Path, *, progress: Progress | None = None) -> Applied:
        """Make the specification in a file its model's latest one and learn its reference."""
        monitor = Monitor.from_yaml(path, catalog=self.catalog)
        check_routes(self.catalog, monitor)
        if progress is not None:
            progress(0, None, f"learn the reference of {monitor.key.model}")
        with self._working:
            self.flush()
            return apply_monitor(
                self.state, self.catalog, monitor, folder=path.absolute().parent, now=self.now(), received=wall()
            )

    def ingest(self, key: ModelKey, paths: Sequence[Path], *, progress: Progress | None = None) -> Receipt:
        """Read files of predictions into the log; what is counted is durable."""
        return self._read(key, paths, PREDICTIONS, None, progress)

    def label(
        self, key: ModelKey, paths: Sequence[Path], *, outcome: str | None = None, progress: Progress | None = None
    ) -> Receipt:
        """Read files of labels into the log; what is counted is durable.

        `waiting` counts all labelled ids of the model that have no prediction yet, not only those of these files.
        """
        receipt = self._read(key, paths, LABELS, outcome, progress)
        return replace(receipt, waiting=self._waiting(key))

    def take(self, key: ModelKey, rows: Rows, *, labels: bool = False, source: str) -> Receipt:
        """Spool predictions, or labels, that the client sent; they are durable, and in the lake after the next flush.

        Parameters
        ----------
        rows
            By the names of the HTTP interface: `prediction_id`, `timestamp`, ..., and features.
        source
            Names the batch, the same whenever the same batch comes.
        """
        monitor = self._watched(key).monitor
        table, received = LABELS if labels else PREDICTIONS, wall()
        frame, layout = served_frame(rows, layout_of(monitor), arrival=received)
        canonical = canonical_rows(frame, layout, table, outcome=monitor.outcome.name, received=received, digest=source)
        self.spool.append(key, table, canonical.frame, canonical.quarantine, received=received)
        return Receipt(accepted=canonical.frame.height, quarantined=canonical.quarantine.height)

    def add_event(self, key: ModelKey, event: Event) -> None:
        """Put an event on a model's time axis."""
        with self.state.transaction() as tx:
            events.add(tx, models.find(tx, key), event)

    def run(self, key: ModelKey | None = None, *, until: int | None = None, progress: Progress | None = None) -> Ran:
        """Do all that is due by `until` (default: now) for one model or for all.

        Raises
        ------
        InputError
            If `until` is in the future by the wall's clock.
        """
        instant = wall() if until is None else until
        if instant > wall():
            raise InputError(
                f"{format_instant(instant)} lies in the future, as it is {format_instant(wall())}: "
                "name an earlier instant, or none to run up to now"
            )
        done = Ran()
        with self._working:
            self.flush()
            for each in self.models() if key is None else [key]:
                done += run_model(
                    self.state, self.lake, self.catalog, each, until=instant, courier=self._courier, progress=progress
                )
            with self.state.transaction() as tx:
                last = clock.get(tx)
                if until is None:
                    clock.set_to(tx, "wall", instant)
                elif last.instant is None or instant >= last.instant:
                    clock.set_to(tx, "replay", instant)
        return done

    def deliver_due(self, *, wait: bool = True) -> Delivery:
        """Send the notifications that are due; a server calls it about every second, and does not `wait`."""
        return self._courier.deliver_due(wait=wait)

    def channels(self) -> list[dict[str, Any]]:
        """All channels with what waits for them and what was given up."""
        catalog, declared = self._declared()
        return channel_rows(self.state, catalog, declared)

    def test_channel(self, name: str) -> str | None:
        """Send a test message to a channel; None if it was taken, else why not."""
        return try_channel(self._declared()[0], name)

    def resume_channel(self, name: str) -> int:
        """Take a channel up again, and queue anew what was given up; returns how many messages that are."""
        return resume_channel(self.state, self.catalog, name)

    def _declared(self) -> tuple[Catalog, ChannelFile]:
        """The channels as they are declared now: a home opened for reading does without them otherwise."""
        catalog = build_catalog(self.path)
        return catalog, declare_channels(catalog, self.path)

    def now(self) -> int:
        """The home's clock: the wall's, or in replay the last instant that was run."""
        with self.state.reading() as tx:
            kept = clock.get(tx)
        return wall() if kept.mode == "wall" or kept.instant is None else kept.instant

    def metrics(
        self,
        key: ModelKey,
        *,
        metric: str | None = None,
        column: str | None = None,
        since: int | None = None,
        until: int | None = None,
        slice: Slice | None = None,  # noqa: A002 (the noun of the design)
        all_revisions: bool = False,
    ) -> list[Measurement]:
        """Measurements of windows that start in `[since, until)`, oldest first; of all rows unless a slice is named.

        Raises
        ------
        UnknownName
            If there is no such metric, column or slice, or they never go together.
        """
        selection = Selection(
            metrics=None if metric is None else frozenset({metric}), column=column, slice=slice or ALL_ROWS
        )
        found = self.measured(key, selection, since=since, until=until, all_revisions=all_revisions)
        if not found and key in self.models():
            check_asked(self._watched(key), metric=metric, column=column, slice_=slice)
        return [measurement for each in found for measurement in each.measurements()]

    def measured(
        self,
        key: ModelKey,
        selection: Selection,
        *,
        since: int | None = None,
        until: int | None = None,
        all_revisions: bool = False,
    ) -> list[Measured]:
        """The selected series as arrays, for each version of each window that starts in `[since, until)`."""
        end = 2**62 if until is None else until
        parts = parts_of(self.catalog, selection)
        with self.state.reading() as tx:
            model_id = models.find(tx, key)
            found = stored(tx, model_id, since or 0, end, parts=parts, selection=selection, all_revisions=all_revisions)
            return list(found)

    def quarantine(
        self, key: ModelKey, *, since: int | None = None, field: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """The rows of a model that were refused, those of the latest time last, and all of them counted by reason.

        Raises
        ------
        UnknownName
            If no row was ever refused for such a field.
        """
        with self.state.reading() as tx:
            models.find(tx, key)
        if self.lake.latest_version(key, QUARANTINE) < 0:
            return told_quarantine(pl.DataFrame(schema=QUARANTINE_TYPES), limit=limit)
        found = self.lake.scan(key, QUARANTINE).select(*QUARANTINE_TYPES).collect()
        return told_quarantine(found, since=since, field=field, limit=limit)

    def latest(self, key: ModelKey) -> Latest:
        """How a model stood when its last window closed."""
        with self.state.reading() as tx:
            model_id = models.find(tx, key)
            applied = monitors.latest(tx, model_id)
            if applied is None:
                return Latest()
            calendar = parse_kept(applied.text, catalog=self.catalog, project=key.project).calendar
            found = latest(tx, model_id, calendar=calendar, catalog=self.catalog)
            return replace(found, means=means_of(tx, load_watched(tx, self.catalog, key)))

    def slices(self, key: ModelKey) -> list[Slice]:
        """The slices that a model is measured by, besides all rows."""
        plan = self._watched(key).plan
        return [] if plan is None else plan.slice_names()

    def events(self, key: ModelKey, since: int, until: int) -> list[Event]:
        """The events of a model that touch `[since, until)`, oldest first."""
        with self.state.reading() as tx:
            return events.between(tx, models.find(tx, key), since, until)

    def distribution(
        self, key: ModelKey, column: str, *, since: int | None = None, until: int | None = None, version: str | None
    ) -> dict[str, Any]:
        """How a column's values lie in `[since, until)`, or in the last closed window, beside the reference."""
        with self.state.reading() as tx:
            watched = load_watched(tx, self.catalog, key)
            closed = clock.last_run(tx, watched.model_id)
            last = None if closed is None else watched.monitor.calendar.window_of(closed - 1)
            start = since if since is not None else (last.start if last else 0)
            end = until if until is not None else (last.end if last else start + 1)
            return distribution(tx, watched, column, Window(start, end), version=version)

    def incidents(
        self,
        key: ModelKey | None = None,
        *,
        state: str | None = None,
        incident_id: int | None = None,
        project: str | None = None,
    ) -> list[dict[str, Any]]:
        """Incidents with cause and timeline, oldest first; `open` includes the acknowledged ones."""
        states: tuple[IncidentState, ...] = ()
        if state is not None:
            wanted = _incident_state(state)
            states = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED) if wanted is IncidentState.OPEN else (wanted,)
        with self.state.reading() as tx:
            model_id = None if key is None else models.find(tx, key)
            if incident_id is not None:
                return [incidents.get(tx, incident_id, model_id=model_id, project=project).body]
            mine = {number for known, number in models.known(tx).items() if project in (None, known.project)}
            found = incidents.listed(tx, model_id=model_id, states=states)
            return [stored.body for stored in found if stored.model_id in mine]

    def respond(
        self,
        key: ModelKey | None,
        incident_id: int,
        act: Literal["ack", "comment", "silence", "unsilence"],
        *,
        who: str,
        text: str = "",
        until: int | None = None,
    ) -> dict[str, Any]:
        """Acknowledge, comment on or silence an incident, or end its silence; returns it as it is now."""
        at = self.now()
        with self.state.transaction() as tx:
            stored = incidents.get(tx, incident_id, model_id=None if key is None else models.find(tx, key))
            if act == "ack":
                self._acknowledge(tx, stored.model_id, incident_id, who=who, at=at, note=text)
            elif act == "comment":
                responses.add(tx, stored.model_id, Response(incident_id, at, who, "comment", text))
            elif act == "unsilence":
                if not silences.end(tx, stored.model_id, incident_id, at):
                    raise InputError(f"nobody silenced incident {incident_id} alone, so there is nothing to end")
                responses.add(tx, stored.model_id, Response(incident_id, at, who, "unsilence", text))
            else:
                if until is None or until <= at:
                    given = "none was given" if until is None else f"{format_instant(until)} is not"
                    raise InputError(
                        f"a silence ends after {format_instant(at)}, where the home's clock stands, and {given}: "
                        "name a later instant with --until"
                    )
                silence = Silence(
                    since=at, until=until, who=who, model_id=stored.model_id, incident_id=incident_id, note=text
                )
                silences.add(tx, silence)
                told = f"until {format_instant(until)}" + (f": {text}" if text else "")
                responses.add(tx, stored.model_id, Response(incident_id, at, who, "silence", told))
            return incidents.get(tx, incident_id, model_id=stored.model_id).body

    def create_key(
        self, name: str, *, scopes: Sequence[str], project: str = "default", lasts: int | None = None
    ) -> dict[str, Any]:
        """Make an API key; the answer holds it, and nothing else ever does.

        Parameters
        ----------
        lasts
            Microseconds until it ends; None: never.
        """
        check_name(project, "project")
        secret, at = keys.new_key(), wall()
        made = ApiKey(project, name, tuple(scopes), keys.digest_of(secret), at, None if lasts is None else at + lasts)
        with self.state.transaction() as tx:
            keys.add(tx, made)
        return {**_key_told(made), "key": secret}

    def revoke_key(self, name: str, *, project: str = "default") -> None:
        """End an API key."""
        with self.state.transaction() as tx:
            keys.revoke(tx, project, name, wall())

    def keys(self) -> list[dict[str, Any]]:
        """All API keys without their secrets, by project and name."""
        with self.state.reading() as tx:
            return [_key_told(key) for key in keys.listed(tx)]

    def show(self, key: ModelKey) -> str:
        """A model's latest specification in full, with every default and rule."""
        return render(self._watched(key).monitor)

    def models(self) -> list[ModelKey]:
        """The models under watch, by name."""
        with self.state.reading() as tx:
            watched = monitors.watched(tx)
            return sorted(key for key, model_id in models.known(tx).items() if model_id in watched)

    def pending(self) -> dict[ModelKey, str]:
        """The models that sent rows and have no specification yet, each with the one proposed for it."""
        with self.state.reading() as tx:
            watched = monitors.watched(tx)
            waiting = {key: number for key, number in models.known(tx).items() if number not in watched}
            return {key: proposals.get(tx, number) or "" for key, number in waiting.items()}

    def layout(self, key: ModelKey) -> Layout | None:
        """Where a model's columns go in the log; None if it neither has a specification nor sent a row."""
        with self.state.reading() as tx:
            model_id = models.known(tx).get(key)
            if model_id is None:
                return None
            proposal = proposals.get(tx, model_id)
            if monitors.latest(tx, model_id) is None and proposal is not None:
                return self._pending_layout(proposal)
        return layout_of(self._watched(key).monitor)

    def propose(self, key: ModelKey, frame: pl.DataFrame) -> Layout:
        """Make a model of the first rows that came for it, with a specification proposed from them.

        Until somebody applies one, its features are kept as they came, in the rows' metadata.
        """
        proposal = infer(key.model, frame, path=None)
        with self.state.transaction() as tx:
            proposals.put(tx, models.ensure(tx, key), proposal, wall())
        return self._pending_layout(proposal)

    def _pending_layout(self, proposal: str) -> Layout:
        try:
            monitor = Monitor.from_yaml(proposal, catalog=self.catalog)
        except SpecError:  # proposed for a task that is not built yet
            return Layout(features={}, task=Task.NONE)
        return replace(layout_of(monitor), features={})

    def start_clock(self) -> None:
        """Put the clock of a home that has never been run on the wall's."""
        with self.state.transaction() as tx:
            if clock.get(tx).instant is None:
                clock.set_to(tx, "wall", wall())

    def is_replayed(self) -> bool:
        """Whether the home's clock stands at an instant that was named, and not at the wall's."""
        with self.state.reading() as tx:
            return clock.get(tx).mode == "replay"

    def watch(self, key: ModelKey, time_is: Callable[[], int], *, progress: Progress | None = None) -> int:
        """Do what is due for one model by now, which a clock says; returns when something is due next."""
        now = time_is()
        with self._working:
            # Its own rows only: while it is watched, those of every other model go on coming.
            self._flush(progress, only=key)
            run_model(
                self.state,
                self.lake,
                self.catalog,
                key,
                until=now,
                live=time_is,
                courier=self._courier,
                progress=progress,
            )
            return next_due(self.state, self.catalog, key, now)

    def _watched(self, key: ModelKey) -> Watched:
        with self.state.reading() as tx:
            return load_watched(tx, self.catalog, key)

    def _acknowledge(self, tx: Transaction, model_id: int, incident_id: int, *, who: str, at: int, note: str) -> None:
        incidents.acknowledge(tx, model_id, incident_id, who=who, at=at, note=note)
        book = incidents.get_book(tx, model_id)
        if book is None:
            return
        known = Book.from_bytes(book)
        for incident in known.open:
            if incident.id == incident_id:
                seen = replace(incident, state=IncidentState.ACKNOWLEDGED)
                incidents.put_book(tx, model_id, known.amended(seen).to_bytes())
                if incident.state is IncidentState.OPEN:
                    notify_seen(tx, model_id, seen, at=at, catalog=self.catalog)

    def _read(
        self, key: ModelKey, paths: Sequence[Path], table: str, outcome: str | None, progress: Progress | None
    ) -> Receipt:
        """Files through canonical form and spool into the lake, a spool's worth at a time."""
        monitor = self._watched(key).monitor
        layout = layout_of(monitor)
        if outcome is not None and outcome != monitor.outcome.name:
            raise InputError(f"model {key.model!r} has no outcome {outcome!r}: its outcome is {monitor.outcome.name!r}")
        name = monitor.outcome.name
        # Nobody else moves these rows to the lake meanwhile: the receipt tells what became of them there.
        with self._working:
            receipt = Receipt(warnings=check_files(paths, layout, table, outcome=name))
            batches = canonical_files(paths, layout, table, outcome=name, clock=wall, progress=progress)
            spooled = 0
            for canonical, received in batches:
                self.spool.append(key, table, canonical.frame, canonical.quarantine, received=received)
                spooled += canonical.frame.height + canonical.quarantine.height
                if spooled >= FLUSH_ROWS:
                    receipt, spooled = receipt + self.flush().get((key, table), Receipt()), 0
            return receipt + self.flush().get((key, table), Receipt())

    def _waiting(self, key: ModelKey) -> int:
        """Labelled ids of a model that no prediction in the lake has."""
        if self.lake.latest_version(key, LABELS) < 0:
            return 0
        ids = self.lake.scan(key, LABELS).select(PREDICTION_ID).unique()
        if self.lake.latest_version(key, PREDICTIONS) >= 0:
            ids = ids.join(self.lake.scan(key, PREDICTIONS).select(PREDICTION_ID), on=PREDICTION_ID, how="anti")
        return ids.select(pl.len()).collect().item()

    def flush(self, *, progress: Progress | None = None) -> Mapping[tuple[ModelKey, str], Receipt]:
        """Move the rows that are in the spool now to the lake; what became of them, by model and table.

        `progress` is told after every commit; what it raises ends the flush there, and the next one goes on behind it.
        """
        with self._working:
            return self._flush(progress)

    def _flush(
        self, progress: Progress | None, *, only: ModelKey | None = None
    ) -> Mapping[tuple[ModelKey, str], Receipt]:
        def told(so_far: Flushed) -> None:
            if progress is not None:
                progress(so_far.done, so_far.total, "rows")

        return flush(self.spool, self.lake, only=only, on_progress=told)

    @property
    def spool(self) -> Spool:
        """Where rows wait for the lake.

        Raises
        ------
        HomeError
            If the home is open for reading only.
        """
        if self._spool is None:
            raise HomeError(f"the home at {self.path} is open for reading only")
        return self._spool


def _key_told(key: ApiKey) -> dict[str, Any]:
    times = {"created": key.created, "expires": key.expires, "revoked": key.revoked}
    told = {name: None if at is None else format_instant(at) for name, at in times.items()}
    return {"project": key.project, "name": key.name, "scopes": list(key.scopes), **told}


def wall() -> int:
    """The wall's clock, microseconds since 1970."""
    return time.time_ns() // 1000


def _check_format(settings: Path) -> None:
    try:
        found = msgspec.json.decode(settings.read_bytes())["format"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise HomeError(f"{settings} is damaged: restore it from a backup of the home") from None
    if found != FORMAT:
        raise HomeError(
            f"the home at {settings.parent} has format {found}, this release reads {FORMAT}: use a newer modelwatch"
        )


def _incident_state(text: str) -> IncidentState:
    try:
        return IncidentState(text)
    except ValueError:
        allowed = ", ".join(state.value for state in IncidentState)
        raise InputError(f"{text!r} is no state of an incident: use one of {allowed}") from None
