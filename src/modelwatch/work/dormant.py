"""Long silence: after how long the empty windows of a model are no longer measured, and where that ends.

`step` asks it about every window, so that windows that are passed over and windows that are stepped through end alike.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from modelwatch.domain.instants import DAY, SECOND, Window, day_of, to_us
from modelwatch.domain.rule import Comparison
from modelwatch.spec import Monitor
from modelwatch.store import labels, profiles, touched
from modelwatch.store.metadata import Transaction
from modelwatch.work.watched import Watched

WINDOWS = 60
"""Empty windows that are measured at least: as many as a book of incidents remembers."""
LEAST = 7 * DAY
_AGES = ("freshness_seconds", "silence_seconds")
_UTC = ZoneInfo("UTC")


def patience_of(monitor: Monitor, expected_us: int) -> int:
    """Microseconds without a row for which a model's empty windows are measured.

    60 windows, a week, what the rules on the age of the newest row ask for, and the time in which labels are
    expected, whichever is longest.
    """
    size = monitor.calendar.size
    levels, asked = [0.0], [0]
    for rule in monitor.rules:
        unit = expected_us if rule.comparison is Comparison.MULTIPLE else SECOND
        if rule.metric in _AGES:
            levels += [level * unit for level in (rule.warning, rule.critical) if level is not None]
        asked.append(rule.duration or (rule.windows or 0) * size)
    return max(WINDOWS * size, LEAST, int(max(levels)) + max(asked) + 2 * size, monitor.outcome.expected + 2 * size)


def is_dormant(tx: Transaction, watched: Watched, window: Window) -> bool:
    """Whether nothing at all came for so long before a window's end that it is not measured."""
    last = profiles.last_start(tx, watched.model_id, window.end)
    if last is None:
        return False
    silent = window.end - watched.monitor.calendar.window_of(last).end
    return silent > patience_of(watched.monitor, watched.expected_us)


def is_pending(tx: Transaction, watched: Watched, window: Window) -> bool:
    """Whether labels are due when a window closes, or closed windows have to be measured again."""
    day = labels.first_day(tx, watched.model_id)
    return (day is not None and day <= day_of(watched.due(window))) or touched.some(tx, watched.model_id)


def awakening(tx: Transaction, watched: Watched, window: Window, end: int) -> Window:
    """The first window after a dormant one in which rows came or labels become due, or the one that holds `end`."""
    calendar = watched.monitor.calendar
    rows = profiles.next_start(tx, watched.model_id, window.end)
    day = labels.first_day(tx, watched.model_id)
    due = None if day is None else to_us(datetime.combine(day, time(), _UTC)) - watched.monitor.lateness - 1
    return max(calendar.next(window), calendar.window_of(min(at for at in (rows, due, end) if at is not None)))
