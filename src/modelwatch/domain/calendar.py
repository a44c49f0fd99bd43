"""How a monitor cuts event time into windows: a size and the time zone whose days it follows.

`profile` cuts rows into base windows with it, `work` asks it which windows have closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, HOUR, MINUTE, Window, format_duration, to_datetime, to_us

LONGEST = 30 * DAY
# Multi-day windows are counted from a Monday, so that a 7-day window is a calendar week.
_ANCHOR = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows of `size` microseconds; those of whole days start at local midnight of `timezone`.

    Examples
    --------
    >>> from modelwatch.domain.instants import parse_instant
    >>> day = Calendar(DAY, "America/New_York").window_of(parse_instant("2013-03-10T12:00:00Z"))
    >>> day.length // HOUR  # the day the clocks went forward
    23
    """

    size: int
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        _zone(self.timezone)
        found = f"a window of {format_duration(self.size)}"
        if not MINUTE <= self.size <= LONGEST:
            raise InputError(f"{found} is not allowed: use {format_duration(MINUTE)} to {format_duration(LONGEST)}")
        if self.size < HOUR and HOUR % self.size:
            raise InputError(f"{found} does not divide an hour: use {_divisors(HOUR, MINUTE)} or more")
        # whole hours, because larger windows are sums of hourly base windows
        if HOUR < self.size < DAY and (DAY % self.size or self.size % HOUR):
            raise InputError(f"{found} does not divide a day: use {_divisors(DAY, HOUR)} or more")
        if self.size > DAY and self.size % DAY:
            raise InputError(f"{found} is not a whole number of days")

    @property
    def base(self) -> int:
        """Length of the base windows that profiles are stored by: an hour, less if size or zone need it."""
        if self.size < HOUR:
            return self.size
        return HOUR if _whole_hours(self.timezone) else 15 * MINUTE

    def window_of(self, instant: int) -> Window:
        """The window that holds `instant`."""
        if self.size < DAY:
            start = instant - instant % self.size
            return Window(start, start + self.size)
        zone = _zone(self.timezone)
        days = self.size // DAY
        first = (to_datetime(instant).astimezone(zone).date() - _ANCHOR).days // days * days
        # Clocks set across midnight (St John's until 2011) may show another day than the one that has begun.
        if instant < _local_midnight(first, self.timezone):
            first -= days
        elif instant >= _local_midnight(first + days, self.timezone):
            first += days
        return Window(_local_midnight(first, self.timezone), _local_midnight(first + days, self.timezone))

    def date_of(self, instant: int) -> date:
        """The date that the zone's clocks show.

        Examples
        --------
        >>> Calendar(DAY, "Asia/Tokyo").date_of(20 * HOUR)
        datetime.date(1970, 1, 2)
        """
        return to_datetime(instant).astimezone(_zone(self.timezone)).date()

    def next(self, window: Window) -> Window:
        """The window right after."""
        return self.window_of(window.end)

    def previous(self, window: Window) -> Window:
        """The window right before."""
        return self.window_of(window.start - 1)

    def between(self, start: int, end: int) -> Iterator[Window]:
        """Every window that ends at or before `end`, from the one that holds `start`, in order."""
        window = self.window_of(start)
        while window.end <= end:
            yield window
            window = self.next(window)

    def trailing(self, window: Window, span: int) -> Window:
        """The stretch of `span` windows that ends with `window`."""
        start = window
        for _ in range(span - 1):
            start = self.previous(start)
        return Window(start.start, window.end)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"{name!r} is not a time zone: use a name such as UTC or America/New_York") from None


@lru_cache(maxsize=65536)
def _local_midnight(day: int, timezone: str) -> int:
    local = datetime.combine(_ANCHOR + timedelta(days=day), time(), tzinfo=_zone(timezone))
    return to_us(local.astimezone(UTC))


def _divisors(whole: int, unit: int) -> str:
    """Every multiple of `unit` that divides `whole`, the whole excepted, as text."""
    return ", ".join(format_duration(size) for size in range(unit, whole, unit) if whole % size == 0)


@lru_cache(maxsize=64)
def _whole_hours(timezone: str) -> bool:
    """Whether the zone has kept whole-hour offsets since 1990, daylight saving included."""
    zone = _zone(timezone)
    months = (datetime(year, month, 1, tzinfo=UTC) for year in range(1990, 2051) for month in (1, 7))
    return all(int(month.astimezone(zone).utcoffset().total_seconds()) % 3600 == 0 for month in months)  # type: ignore[union-attr]
