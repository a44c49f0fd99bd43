"""Measurements of one model as series over its windows, as pages draw them: an array for each number of a series.

Made of stored columns without an object for every measurement; of several versions in a window the one with most rows
counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.slices import ALL_ROWS, Slice
from modelwatch.measure.measured import STATUSES, Floats, Ints, Measured

_RANKS = np.array([status.rank for status in STATUSES])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """One series over windows, an entry for each; what is absent is NaN in the arrays, None from the methods."""

    numbers: Floats
    n: Ints
    status: npt.NDArray[np.uint8]
    measured: npt.NDArray[np.bool_]
    reasons: Sequence[str | None]

    @property
    def value(self) -> Floats:
        """The values, NaN where there is none."""
        return self.numbers[0]

    @property
    def floor(self) -> Floats:
        """The noise floors, NaN where there is none."""
        return self.numbers[3]

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Where there is a value."""
        return ~np.isnan(self.numbers[0])

    def at(self, place: int) -> float | None:
        """The value in a window."""
        return _known(self.numbers[0, place])

    def interval(self, place: int) -> tuple[float, float] | None:
        """The 95 % interval in a window."""
        low, high = _known(self.numbers[1, place]), _known(self.numbers[2, place])
        return None if low is None or high is None else (low, high)

    def status_at(self, place: int) -> Status:
        """The status in a window."""
        return STATUSES[int(self.status[place])]

    @property
    def last(self) -> int | None:
        """The place of the newest window with a value."""
        found = np.flatnonzero(self.there)
        return int(found[-1]) if found.size else None

    @property
    def worst(self) -> Status:
        """The worst status of all windows."""
        ranks = _RANKS[self.status[self.measured]]
        return STATUSES[int(np.flatnonzero(ranks.max() == _RANKS)[0])] if ranks.size else Status.OK


class Sheet:
    """All series that were read, by metric, column, slice and span.

    Examples
    --------
    >>> from modelwatch.domain.measurement import Measurement
    >>> from modelwatch.measure.record import pack_measurements, unpack_columns
    >>> window = Window(0, 1)
    >>> blob = pack_measurements([Measurement(Series("rows"), window, 3.0, 3)])
    >>> sheet = Sheet([window, Window(1, 2)], [unpack_columns(blob, window, "", 1)])
    >>> sheet.track("rows").at(0), sheet.track("rows").at(1)
    (3.0, None)
    """

    def __init__(self, windows: Sequence[Window], measured: Iterable[Measured]) -> None:
        self.windows = windows
        self._stacks = list(_stacked(windows, measured))
        self._tracks: dict[Series, Track] = {}

    @cached_property
    def series(self) -> list[Series]:
        """Every series, version left empty, in the order in which they were first stored."""
        return list(dict.fromkeys(series for stack in self._stacks for series in stack.places))

    def track(self, metric: str, column: str = "", slice_: Slice = ALL_ROWS, span: int = 1) -> Track:
        """One series; one that was never measured has no value anywhere."""
        series = Series(metric, column, slice_, "", span)
        found = self._tracks.get(series)
        if found is None:
            found = self._tracks[series] = self._gathered(series)
        return found

    def _gathered(self, series: Series) -> Track:
        count = len(self.windows)
        numbers, n = np.full((5, count), np.nan), np.zeros(count, np.int64)
        status, measured = np.zeros(count, np.uint8), np.zeros(count, np.bool_)
        reasons: list[str | None] = [None] * count
        for stack in self._stacks:
            place = stack.places.get(series)
            if place is None:
                continue
            rows = stack.n[:, place]
            # Of two versions the one with more rows; the one that has a value before one that has none.
            better = ~measured[stack.at] | (rows > n[stack.at])
            at = stack.at[better]
            numbers[:, at] = stack.numbers[better, :, place].T
            n[at], status[at], measured[at] = rows[better], stack.status[better, place], True
            # Only what has no value has a reason.
            for found in np.flatnonzero(better & np.isnan(stack.numbers[:, 0, place])).tolist():
                reasons[int(stack.at[found])] = stack.reason(found, place)
        return Track(numbers=numbers, n=n, status=status, measured=measured, reasons=reasons)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stack:
    """The windows with one and the same list of series: `at` are their places among all windows."""

    at: npt.NDArray[np.intp]
    places: dict[Series, int]
    numbers: Floats
    n: Ints
    status: npt.NDArray[np.uint8]
    why: npt.NDArray[np.uint16]
    texts: Sequence[Sequence[str]]

    def reason(self, row: int, place: int) -> str | None:
        """Why there is no value."""
        number = int(self.why[row, place])
        return self.texts[row][number - 1] if number else None


def _stacked(windows: Sequence[Window], measured: Iterable[Measured]) -> Iterable[_Stack]:
    places = {window.start: place for place, window in enumerate(windows)}
    groups: dict[int, list[Measured]] = {}
    for each in measured:
        if each.window.start in places:
            groups.setdefault(id(each.series), []).append(each)
    for group in groups.values():
        series = [Series(s.metric, s.column, s.slice, "", s.span) for s in group[0].series]
        yield _Stack(
            at=np.array([places[each.window.start] for each in group], np.intp),
            places={each: place for place, each in enumerate(series)},
            numbers=np.stack([each.numbers for each in group]),
            n=np.stack([each.n for each in group]),
            status=np.stack([each.status for each in group]),
            why=np.stack([each.reason for each in group]),
            texts=[each.reasons for each in group],
        )


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
