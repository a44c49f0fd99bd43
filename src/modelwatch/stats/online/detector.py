"""What all online change detectors are: values go in, one at a time or as an array, and alarms come out.

Each detector beside this file says only how it takes a value and how it scans an array up to its first alarm.
"""

from __future__ import annotations

import dataclasses
import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import InputError, NotComputable
from modelwatch.stats.arrays import Bools, Floats, row_of

Places = npt.NDArray[np.int64]
Direction = Literal["up", "down", "both"]

SIGNS: dict[Direction, tuple[float, ...]] = {"up": (1.0,), "down": (-1.0,), "both": (1.0, -1.0)}
"""What a value is multiplied by for each side that is watched; a fall is a rise of the negated values."""

FORMAT = 1
LARGEST = 1e100  # so that no sum and no square overflows
# Arrays are scanned in stretches, as long as the quiet before: what lies behind an alarm was scanned in vain.
SHORTEST, LONGEST = 64, 16_384


class Detector(ABC):
    """A detector of changes in a stream.

    After an alarm it starts again by itself. The array form gives the same alarms and leaves the same state as one
    value at a time, bit by bit: both add, multiply and compare in the same order.
    """

    __slots__ = ()

    lowest: ClassVar[float] = -LARGEST
    """The smallest value that the detector takes."""
    highest: ClassVar[float] = LARGEST
    """The largest value that the detector takes."""
    whole: ClassVar[bool] = False
    """Whether only the two ends of that range are values: 0 for right, 1 for an error."""

    @abstractmethod
    def reset(self) -> None:
        """Forget all values; the parameters stay."""

    @abstractmethod
    def _step(self, value: float) -> bool:
        """Take one value that was checked; after an alarm be ready for the next."""

    @abstractmethod
    def _scan(self, values: Floats) -> int:
        """Take values up to and with the first alarm, and return its place; -1 if all were taken without one."""

    def update(self, value: float) -> bool:
        """Take the next value and say whether it raises an alarm.

        Parameters
        ----------
        value
            The next value of the stream.

        Returns
        -------
        bool
            True on an alarm; the detector has then started again.

        Raises
        ------
        NotComputable
            If the value is NaN or not one that the detector takes; it is then as if it had not come.
        """
        if not self.lowest <= value <= self.highest or (self.whole and value not in (0, 1)):
            raise NotComputable(f"{type(self).__name__} was given {value!r}; it takes {self._takes()}")
        return self._step(float(value))

    def run(self, values: npt.ArrayLike) -> Places:
        """Take many values.

        Parameters
        ----------
        values
            The next values of the stream, shape (n,); n may be 0.

        Returns
        -------
        ndarray of int
            Places of the values that raised an alarm, counted from 0 in this array, ascending.

        Raises
        ------
        NotComputable
            If a value is NaN or not one that the detector takes; then none of the array is taken.
        """
        array = self._checked(values)
        places: list[int] = []
        start, length = 0, SHORTEST
        while start < array.size:
            found = self._scan(array[start : start + length])
            if found < 0:
                start, length = start + length, min(2 * length, LONGEST)
            else:
                quiet = start + found - (places[-1] if places else -1)
                places.append(start + found)
                start, length = start + found + 1, min(max(quiet, SHORTEST), LONGEST)
        return np.array(places, dtype=np.int64)

    def to_bytes(self) -> bytes:
        """The parameters and the state, to go on later exactly from here."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(_dataclass(self))}
        return json.dumps({"detector": type(self).__name__, "format": FORMAT, **fields}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The detector that `to_bytes` wrote.

        Raises
        ------
        InputError
            If the bytes are not those of such a detector, or are from a newer release.
        """
        try:
            stored: dict[str, Any] = json.loads(data)
            name, version = stored.pop("detector"), stored.pop("format")
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise InputError(
                f"these {len(data)} bytes are no stored detector: give back what to_bytes wrote"
            ) from error
        if name != cls.__name__ or version != FORMAT:
            raise InputError(
                f"the bytes hold {name} in format {version}, not {cls.__name__} in format {FORMAT}: read them with "
                "the class and the release that wrote them"
            )
        return cls._from_fields(stored)

    @classmethod
    def _from_fields(cls, stored: dict[str, Any]) -> Self:
        fields = dataclasses.fields(_dataclass(cls))
        if set(stored) != {field.name for field in fields}:
            raise InputError(f"the bytes of {cls.__name__} hold {sorted(stored)}: give back what to_bytes wrote")
        try:
            made = cls(**{field.name: stored[field.name] for field in fields if field.init})
        except (TypeError, NotComputable) as error:
            raise InputError(f"the bytes of {cls.__name__} are damaged: {error}") from error
        for field in fields:
            if not field.init:
                if type(stored[field.name]) is not type(getattr(made, field.name)):
                    raise InputError(f"the bytes of {cls.__name__} are damaged: {field.name} is {stored[field.name]!r}")
                setattr(made, field.name, stored[field.name])
        return made

    def _checked(self, values: npt.ArrayLike) -> Floats:
        array = np.asarray(values)
        if array.size and array.dtype.kind not in "biuf":
            raise NotComputable(f"{type(self).__name__} was given {array.dtype}; it takes {self._takes()}")
        floats = row_of(array.astype(np.float64, copy=False), "values")
        fits = (floats == 0) | (floats == 1) if self.whole else (floats >= self.lowest) & (floats <= self.highest)
        if not fits.all():
            place = int(fits.argmin())
            raise NotComputable(
                f"{type(self).__name__} was given {float(floats[place])!r} at place {place}; it takes {self._takes()}"
            )
        return floats

    def _takes(self) -> str:
        if self.whole:
            return "0 for right and 1 for an error"
        return f"numbers from {self.lowest:g} to {self.highest:g}; leave missing ones out"


def first_true(mask: Bools) -> int:
    """The place of the first True, -1 if there is none."""
    place = int(mask.argmax())
    return place if mask[place] else -1


def within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a parameter outside of its range, ends included."""
    if not low <= value <= high:
        raise NotComputable(f"{name} must lie in [{low:g}, {high:g}], it is {value!r}")


def signs_of(direction: Direction) -> tuple[float, ...]:
    """The sides to watch."""
    if direction not in SIGNS:
        raise NotComputable(f"direction must be one of {', '.join(SIGNS)}, it is {direction!r}")
    return SIGNS[direction]


def _dataclass(detector: Any) -> Any:
    assert dataclasses.is_dataclass(detector)
    return detector
