"""A metric's value in a line of a table: a grey bar of what is noise, a tick at the threshold, a dot at the value.

Drawn by the template as an element of its own, so that a table of many needs no script.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 96
_EDGE = 4.0


@dataclass(frozen=True, slots=True)
class Bullet:
    """Where things stand between 0 and `WIDTH`; None is not there. `noise` has a start and an end."""

    noise: tuple[float, float] | None
    ticks: tuple[float, ...]
    dot: float | None


def bullet(
    value: float | None, *, floor: float | None, limits: Sequence[float], normal: tuple[float, float] | None = None
) -> Bullet:
    """Put a value beside its noise floor, or what is normal in the reference, and its thresholds.

    Examples
    --------
    >>> made = bullet(8.0, floor=2.0, limits=[0.1])
    >>> made.noise, made.dot
    ((4.0, 24.4), 85.5)
    """
    noise = (0.0, floor) if floor is not None else normal
    known = [each for each in (value, *limits, *(noise or ())) if each is not None]
    if not known:
        return Bullet(None, (), None)
    low, high = min(*known, 0.0) if floor is not None or min(known) >= 0 else min(known), max(known)
    room = (high - low) or 1.0
    # What is near one is told apart from it: a share of 0.62 and one of 0.63 need their own axis.
    if floor is None and low == 0 and min(known) > 0.5 * high:
        low = min(known) - 0.4 * (high - min(known) or high)
        room = high - low
    room *= 1.08

    def at(number: float) -> float:
        return round(_EDGE + (number - low) / room * (WIDTH - 2 * _EDGE), 1)

    return Bullet(
        None if noise is None else (at(noise[0]), at(noise[1])),
        tuple(at(each) for each in limits),
        None if value is None else at(value),
    )
