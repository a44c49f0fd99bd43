"""Run one model to an instant: fold what the lake has, then step the clock through every due instant up to it.

Running in one go and running hour by hour end in the same measurements, verdicts and incidents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modelwatch.act import Courier
from modelwatch.catalog import Catalog
from modelwatch.domain.instants import Window, day_of, format_duration, format_instant
from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake
from modelwatch.profile import Plan
from modelwatch.profile.outcome import has_outcomes
from modelwatch.store import State, clock, labels, profiles
from modelwatch.work.blocks import Blocks
from modelwatch.work.dormant import patience_of
from modelwatch.work.early import alarm, glance, next_glance
from modelwatch.work.fold import fold_lake
from modelwatch.work.headline import catch_up, is_behind
from modelwatch.work.history import History
from modelwatch.work.index import LabelIndex
from modelwatch.work.setup import plan_from_lake
from modelwatch.work.step import Stepper, Tally
from modelwatch.work.watched import Watched, load_watched

Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run did: rows folded, windows closed, measurements made, incidents opened and resolved."""

    rows: int = 0
    windows: int = 0
    measurements: int = 0
    opened: int = 0
    resolved: int = 0
    notifications: int = 0
    notes: tuple[str, ...] = ()

    def __add__(self, other: Ran) -> Ran:
        return Ran(
            rows=self.rows + other.rows,
            windows=self.windows + other.windows,
            measurements=self.measurements + other.measurements,
            opened=self.opened + other.opened,
            resolved=self.resolved + other.resolved,
            notifications=self.notifications + other.notifications,
            notes=self.notes + other.notes,
        )


def run_model(  # noqa: PLR0913 (whose rows, how far, and who is told)
    state: State,
    lake: Lake,
    catalog: Catalog,
    key: ModelKey,
    *,
    until: int,
    live: Callable[[], int] | None = None,
    courier: Courier | None = None,
    progress: Progress | None = None,
) -> Ran:
    """Do everything that is due for one model by `until` (microseconds since 1970).

    Where time is live, which a clock says, a short window that is still open at `until` is glanced at, so that a
    fault which cannot mend in it is told before it closes.

    After each step `courier` delivers what the outbox holds; one for several models waits for a channel that hangs
    only once. A kill at any moment loses no step: the next run goes on behind the last one that was stored.
    """
    courier = courier or Courier(state, catalog)
    with state.reading() as tx:
        watched = load_watched(tx, catalog, key)
        closed = clock.last_run(tx, watched.model_id)
        behind = is_behind(tx, watched.model_id)
    if behind:
        with state.transaction() as tx:
            catch_up(tx, watched)
    watched = plan_from_lake(state, lake, watched, until)
    if watched.plan is None:
        return Ran()
    plan = watched.plan
    index = LabelIndex(watched, plan) if has_outcomes(plan) else None
    folded = fold_lake(state, lake, watched, plan, index, closed=closed, progress=progress)
    stepper = Stepper(watched, plan, index, Blocks(watched, plan), History(watched.model_id))
    due = _due(state, watched, plan, closed, until)
    sent = 0 if due is None else _steps(state, courier, stepper, due, progress, live=live)
    # What an earlier run left behind when it was killed, or when a channel failed.
    sent += courier.deliver_due().sent
    tally: Tally = stepper.tally
    return Ran(
        rows=folded.rows,
        windows=tally.windows,
        measurements=tally.measurements,
        opened=tally.opened,
        resolved=tally.resolved,
        notifications=sent,
        notes=(*folded.notes, *_notes(stepper), *_waiting(state, stepper, until)),
    )


def next_due(state: State, catalog: Catalog, key: ModelKey, now: int) -> int:
    """The next instant after `now` at which something is due: a window closes or is glanced at, a silence too long."""
    with state.reading() as tx:
        watched = load_watched(tx, catalog, key)
        lateness, calendar = watched.monitor.lateness, watched.monitor.calendar
        window = calendar.window_of(now - lateness)
        closes = watched.due(window)
        looked = next_glance(calendar.size, window, now - lateness)
        if looked is not None and watched.plan is not None:
            closes = min(closes, looked + lateness)
        if watched.plan is None or not watched.silences:
            return closes
        last = Blocks(watched, watched.plan).last_row(tx, watched.monitor.calendar.window_of(now))
    alarms = [last + limit + watched.monitor.lateness for limit in watched.silences] if last is not None else []
    return min([closes, *(alarm for alarm in alarms if alarm > now)])


def _notes(stepper: Stepper) -> Iterator[str]:
    if stepper.dormant:
        watched = stepper.watched
        silence = format_duration(patience_of(watched.monitor, watched.expected_us))
        yield f"no row of {watched.key.model} for more than {silence}: its windows are not measured until one comes"


def _waiting(state: State, stepper: Stepper, until: int) -> Iterator[str]:
    """Say that labels whose time has come still wait for a window to close."""
    watched, calendar = stepper.watched, stepper.plan.calendar
    with state.reading() as tx:
        day = labels.first_day(tx, watched.model_id)
    if stepper.index is not None and day is not None and day <= day_of(until):
        closes = watched.due(calendar.window_of(until - watched.monitor.lateness))
        model, at = watched.key.model, format_instant(closes)
        yield f"labels of {model} came: they are joined to their predictions when the next window closes, {at}"


def _steps(
    state: State,
    courier: Courier,
    stepper: Stepper,
    due: Window,
    progress: Progress | None,
    *,
    live: Callable[[], int] | None,
) -> int:
    """Step through the windows that close within a stretch of time, in order, and look for silence in the last."""
    calendar, sent = stepper.plan.calendar, 0
    window, total = calendar.window_of(due.start), due.length // calendar.size
    while window.start < due.end:
        if progress is not None:
            progress((window.start - due.start) // calendar.size, total, "windows")
        with state.transaction() as tx:
            changes = alarm(stepper, tx, window, due.end)
            after = stepper.passed(tx, window, due.end) if window.end <= due.end else None
            if window.end <= due.end and after is None:
                changes += stepper.step(tx, window)
            elif window.end > due.end and live is not None:
                # Rows went on coming since `until` was read off that clock.
                changes += glance(stepper, tx, window, live() - stepper.watched.monitor.lateness)
        if changes:
            sent += courier.deliver_due().sent
        window = after or calendar.next(window)
    if progress is not None:
        progress(total, total, "windows")
    return sent


def _due(state: State, watched: Watched, plan: Plan, closed: int | None, until: int) -> Window | None:
    """The time in which windows close after the last run and by `until`, None for none."""
    with state.reading() as tx:
        first = profiles.first_start(tx, watched.model_id)
    if first is None:
        return None
    start, end = plan.calendar.window_of(max(first, closed or first)).start, until - watched.monitor.lateness
    return Window(start, end) if start < end else None
