"""Which stretch of time a page shows: the last days, or from one instant to another, cut as the monitor cuts windows.

Also how finely: a cell of a heat map is an hour, a day or a week, and no lane draws more windows than it has room for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, HOUR, Window

DAYS: Mapping[str, int] = MappingProxyType({"7d": 7, "28d": 28, "90d": 90, "1y": 365})
"""The ranges that can be chosen, shortest first."""
CUSTOM = "custom"
MOST = 400
"""Windows that a lane draws at most; of more, each stretch of days shows its last one, or its sum, or its worst."""
# The longest stretches that are cut into hours, and into days.
_FINE, _COARSE = (10 * DAY, 120 * DAY), (2 * DAY, 40 * DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time in windows of a calendar; `name` is a range, or `custom`; a narrow page has `coarse` cells."""

    name: str
    start: int
    end: int
    calendar: Calendar
    coarse: bool = False

    @property
    def windows(self) -> list[Window]:
        """All windows of the stretch, those in which nothing came too."""
        return [each for each in self.calendar.between(self.start, self.end) if each.start >= self.start]

    @property
    def cell(self) -> Calendar:
        """How cells of a heat map are cut: hours in days, days in months, weeks in a year; never less than a window."""
        length = self.end - self.start
        by_hour, by_day = _COARSE if self.coarse else _FINE
        size = HOUR if length <= by_hour else DAY if length <= by_day else 7 * DAY
        return self.calendar if self.calendar.size >= size else Calendar(size, self.calendar.timezone)

    def cells(self, windows: Sequence[Window]) -> list[range]:
        """The places of the windows that fall into each cell.

        Examples
        --------
        >>> period = Period(name="90d", start=0, end=30 * DAY, calendar=Calendar(12 * HOUR))
        >>> period.cells(period.windows)[:3]
        [range(0, 2), range(2, 4), range(4, 6)]
        """
        if self.cell.size != 7 * DAY or self.calendar.size > DAY:
            return _grouped(windows, self.cell)
        # Weeks that end with the newest day, so that the newest cell is a whole one.
        days = _grouped(windows, Calendar(DAY, self.calendar.timezone))
        firsts = range(len(days) % 7 - 7 if len(days) % 7 else 0, len(days), 7)
        weeks = [days[max(first, 0) : first + 7] for first in firsts]
        return [range(week[0].start, week[-1].stop) for week in weeks if week]

    def steps(self, windows: Sequence[Window]) -> list[range]:
        """The places of the windows that one mark of a lane stands for: one, unless there are too many."""
        if len(windows) <= MOST:
            return [range(place, place + 1) for place in range(len(windows))]
        days = -(-(self.end - self.start) // (MOST * DAY))
        sizes = (*(size for size in (HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR) if days == 1), days * DAY)
        size = next((s for s in sizes if s >= self.calendar.size and (self.end - self.start) <= MOST * s), sizes[-1])
        return _grouped(windows, Calendar(size, self.calendar.timezone))


def period_of(
    calendar: Calendar, *, first: int, last: int, asked: str | None, since: int | None = None, until: int | None = None
) -> Period:
    """The stretch that is asked for.

    Parameters
    ----------
    first, last
        Where the oldest thing that can be shown starts, and the end of the newest.
    asked
        A range, or None for the shortest that holds everything.
    since, until
        A stretch of its own, both or one of them.

    Raises
    ------
    InputError
        If there is no such range, or the stretch ends before it starts.

    Examples
    --------
    >>> found = period_of(Calendar(DAY), first=0, last=20 * DAY, asked=None)
    >>> found.name, found.start == -8 * DAY
    ('28d', True)
    """
    if since is not None or until is not None or asked == CUSTOM:
        start, end = first if since is None else since, last if until is None else until
        if end <= start:
            raise InputError("until must lie after since: name a later until, or an earlier since")
        if end - start > 3 * DAYS["1y"] * DAY:
            raise InputError("more than 3 years at once cannot be drawn: name a later since")
        whole = calendar.window_of(start).start, calendar.window_of(end - 1).end
        return Period(name=CUSTOM, start=whole[0], end=whole[1], calendar=calendar)
    if asked is not None and asked not in DAYS:
        raise InputError(f"there is no range {asked!r}: there are {', '.join(DAYS)}, or since and until")
    name = asked or next((each for each, days in DAYS.items() if last - first <= days * DAY), "1y")
    # From half a day in, as clocks may have been changed on the way.
    start = calendar.window_of(last - DAYS[name] * DAY + min(calendar.size, DAY) // 2).start
    return Period(name=name, start=start, end=last, calendar=calendar)


def _grouped(windows: Sequence[Window], by: Calendar) -> list[range]:
    found: list[range] = []
    at = 0
    for _, group in groupby(windows, key=lambda window: by.window_of(window.start).start):
        count = sum(1 for _ in group)
        found.append(range(at, at + count))
        at += count
    return found
