"""Which stretch of time the page of a column looks at, and on which time axis: as asked, else where it is worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelwatch.domain.instants import Window, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.read.period import DAYS, Period, period_of
from modelwatch.read.runs import Run, worst
from modelwatch.store import clock, profiles
from modelwatch.store.incidents import StoredIncident
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address of the page asks for; None leaves the choice to what is stored.

    `period` is the range of the time axis, `since` to `until` the selected stretch, `span` its length in windows.
    """

    period: str | None = None
    since: int | None = None
    until: int | None = None
    span: int | None = None


def period_asked(tx: Transaction, watched: Watched, asked: Asked) -> Period:
    """The time axis: the range that is asked for, or the shortest longer one that holds the selected stretch.

    Raises
    ------
    InputError
        If there is no such range.
    """
    calendar, reference = watched.monitor.calendar, watched.reference
    closed = clock.last_run(tx, watched.model_id) or calendar.size
    last = calendar.window_of(closed - 1).end
    known = (profiles.first_start(tx, watched.model_id), reference and reference.pooled.window.start, closed - 1)
    first = min(each for each in known if each is not None)
    found = period_of(calendar, first=first, last=last, asked=asked.period)
    for longer in (found, *(period_of(calendar, first=first, last=last, asked=name) for name in DAYS)):
        if asked.since is None or (longer.start <= asked.since and longer.start <= found.start):
            return longer
    return period_of(calendar, first=first, last=last, asked=None, since=asked.since, until=last)


def of_column(incident: StoredIncident, column: str) -> bool:
    """Whether an incident fires on a column."""
    return any(each["column"] == column for each in incident.body["firing"])


def told_of(open_now: Sequence[StoredIncident], column: str) -> tuple[Window, int] | None:
    """The window and span of the worst verdict on the column in an open incident, the newest of equals."""
    found = [
        (Status(each["status"]).rank, parse_instant(each["window"]["end"]), each["window"], each["span"])
        for incident in open_now
        for each in incident.body["firing"]
        if each["column"] == column
    ]
    if not found:
        return None
    _, _, window, span = max(found, key=lambda each: each[:2])
    return Window(parse_instant(window["start"]), parse_instant(window["end"])), span


def selected(
    watched: Watched,
    period: Period,
    windows: Sequence[Window],
    asked: Asked,
    told: tuple[Window, int] | None,
    every: Sequence[Run],
) -> tuple[Window, int]:
    """The stretch that is looked at: what is asked for, else where it is worst now, else at all, else the last."""
    calendar, spans = watched.monitor.calendar, watched.monitor.spans
    if asked.since is not None or asked.until is not None:
        end = calendar.window_of((asked.until or period.end) - 1).end
        start = calendar.window_of(min(asked.since if asked.since is not None else end - 1, end - 1)).start
        count = sum(1 for _ in calendar.between(start, end))
        return Window(start, end), max((span for span in spans if span <= count), default=spans[0])
    bad = worst(every)
    last = windows[-1] if windows else calendar.window_of(period.end - 1)
    window, span = told or ((bad.peak, bad.series.span) if bad else (last, spans[-1]))
    if asked.span in spans:
        span = asked.span
    return calendar.trailing(window, span), span
