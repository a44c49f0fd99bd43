"""One window's measurements as columns: what pages and plots read without an object for every number.

`record` makes it of a stored blob, choosing series first; `work` and `app` hand it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series, Status

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]

# The place of a status is its code in stored blobs: add at the end only.
STATUSES = (Status.OK, Status.NOT_COMPUTED, Status.NO_DATA, Status.WARNING, Status.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What was measured of one version in one window; every array has one entry per series.

    Attributes
    ----------
    series : tuple of Series, length N
        What each entry is of.
    numbers : array of float64, shape (5, N)
        Value, low and high end of the interval, noise floor, p value. A number that is absent is NaN in this array
        alone: `measurements` gives None for it.
    n : array of int64, shape (N,)
        Rows behind each value.
    provisional : array of uint8, shape (N,)
        1 where the noise floor is provisional.
    status : array of uint8, shape (N,)
        Place in `STATUSES`.
    reason : array of uint16, shape (N,)
        Place in `reasons` plus 1, 0 where there is none.
    reasons : list of str
        Why something was not computed, each text once.

    Examples
    --------
    >>> from modelwatch.measure.record import pack_measurements, unpack_columns
    >>> window = Window(0, 1)
    >>> blob = pack_measurements([Measurement(Series("rows"), window, 3.0, 3)])
    >>> unpack_columns(blob, window, "", 1).value
    array([3.])
    """

    series: tuple[Series, ...]
    window: Window
    version: str
    revision: int
    numbers: Floats
    n: Ints
    provisional: npt.NDArray[np.uint8]
    status: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.uint16]
    reasons: Sequence[str]

    def __len__(self) -> int:
        return len(self.series)

    @property
    def value(self) -> Floats:
        """The values, shape (N,); NaN where there is none."""
        return self.numbers[0]

    @property
    def low(self) -> Floats:
        """The low ends of the intervals, shape (N,); NaN where there is none."""
        return self.numbers[1]

    @property
    def high(self) -> Floats:
        """The high ends of the intervals, shape (N,); NaN where there is none."""
        return self.numbers[2]

    @property
    def noise_floor(self) -> Floats:
        """The noise floors, shape (N,); NaN where there is none."""
        return self.numbers[3]

    @property
    def p_value(self) -> Floats:
        """The p values, shape (N,); NaN where there is none."""
        return self.numbers[4]

    def take(self, places: Places, series: tuple[Series, ...]) -> Measured:
        """The entries at `places`, which are those of `series`."""
        return replace(
            self,
            series=series,
            numbers=self.numbers[:, places],
            n=self.n[places],
            provisional=self.provisional[places],
            status=self.status[places],
            reason=self.reason[places],
        )

    def values(self) -> list[float | None]:
        """The values as numbers, None where there is none."""
        return _present(self.value)

    def measurements(self) -> list[Measurement]:
        """Every entry as a `Measurement`, absent numbers as None."""
        value, low, high, floor, p_value = (_present(row) for row in self.numbers)
        reasons = [None, *self.reasons]
        n: list[int] = self.n.tolist()
        reason: list[int] = self.reason.tolist()
        status: list[int] = self.status.tolist()
        known = zip(self.series, value, n, reason, status, strict=True)
        bounds = zip(low, high, floor, p_value, self.provisional.tolist(), strict=True)
        return [
            Measurement(
                series,
                self.window,
                of,
                rows,
                None if first is None or last is None else (first, last),
                noise,
                p,
                bool(provisional),
                reasons[why],
                self.revision,
                STATUSES[code],
            )
            for (series, of, rows, why, code), (first, last, noise, p, provisional) in zip(known, bounds, strict=True)
        ]


def _present(numbers: Floats) -> list[float | None]:
    return [None if number != number else number for number in numbers.tolist()]  # noqa: PLR0124 (only NaN differs)
