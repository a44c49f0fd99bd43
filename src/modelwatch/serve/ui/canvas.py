"""What all lanes of a model's page share: the read model, what lies behind the marks, and the windows they stand for.

Windows are written here once, in the monitor's own zone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.domain.measurement import Status
from modelwatch.read.model import ModelView
from modelwatch.read.sheet import Track
from modelwatch.serve.ui.lanes import Lane
from modelwatch.show import digits
from modelwatch.show.charts import TimeAxis
from modelwatch.show.charts.ground import Ground, Stretch
from modelwatch.show.charts.series import Point
from modelwatch.show.status import State

Floats = npt.NDArray[np.float64]
Readouts = Sequence[Sequence[str]]
_STATES = {Status.CRITICAL: State.CRITICAL, Status.WARNING: State.WARNING, Status.NO_DATA: State.NODATA}


@dataclass(frozen=True, slots=True)
class Told:
    """A lane, and what its read-out says of the windows behind each mark."""

    lane: Lane
    readouts: Readouts = ()


def state_told(status: Status) -> State:
    """The state of pages in which a measurement's status is told; what was not computed is no state of its own."""
    return _STATES.get(status, State.OK)


# Not slotted: what follows from the view is worked out once, when it is asked for.
@dataclass(frozen=True)
class Canvas:
    """What all lanes of one page share: the read model, the ground, and the windows that one mark stands for."""

    view: ModelView

    @cached_property
    def axis(self) -> TimeAxis:
        """The time of the page, by the monitor's own clock."""
        period = self.view.period
        return TimeAxis(period.start, period.end, period.calendar.timezone)

    @cached_property
    def ground(self) -> Ground:
        """The reference's time and the worst incident that is open."""
        view, reference = self.view, self.view.watched.reference
        timed = None if reference is None or not reference.rows else reference.pooled.window
        lead = None if not view.live else (Stretch(view.live[0].since), view.state)
        return Ground(
            axis=self.axis,
            reference=None if timed is None else Stretch(timed.start, timed.end),
            reference_says=(
                "Reference",
                "" if reference is None else f"{digits.count(sum(reference.rows.values()))} rows",
            ),
            wrong=lead,
        )

    @cached_property
    def steps(self) -> list[range]:
        """The places of the windows behind each mark."""
        return self.view.period.steps(self.view.windows)

    @cached_property
    def cells(self) -> list[range]:
        """The places of the windows behind each cell of a heat map."""
        return self.view.period.cells(self.view.windows)

    @cached_property
    def cell_names(self) -> list[str]:
        """How the time of each cell is written."""
        windows = self.view.windows
        return [self.named(Window(windows[cell.start].start, windows[cell.stop - 1].end)) for cell in self.cells]

    @cached_property
    def cell_of(self) -> list[int]:
        """In which cell the newest window behind each mark lies."""
        return [bisect_right(self.cells, step.stop - 1, key=lambda cell: cell.start) - 1 for step in self.steps]

    @cached_property
    def windows(self) -> list[Window]:
        """The stretch of time of each mark."""
        all_windows = self.view.windows
        return [Window(all_windows[step.start].start, all_windows[step.stop - 1].end) for step in self.steps]

    @cached_property
    def names(self) -> list[str]:
        """How each mark's time is written."""
        return [self.named(window) for window in self.windows]

    @property
    def latest(self) -> str:
        """How the newest closed window is written."""
        return self.named(self.view.windows[-1]) if self.view.windows else ""

    def named(self, window: Window) -> str:
        """How a window is written, with its year only if that is not the last one shown."""
        return digits.window(window.start, window.end, self.axis.zone, beside=self.axis.end - 1)

    @property
    def unit(self) -> str:
        """What a single window is called."""
        size = self.view.period.calendar.size
        return {HOUR: "hour", DAY: "day", 7 * DAY: "week"}.get(size, digits.duration(size))

    def step(self, place: int) -> int:
        """Which mark stands for a window."""
        return bisect_right(self.steps, place, key=lambda step: step.start) - 1

    def values(self, values: Floats) -> list[Point]:
        """An array over the windows as points, without intervals."""
        return [
            Point((window.start + window.end) // 2, _or_none(values[step.stop - 1]))
            for window, step in zip(self.windows, self.steps, strict=True)
        ]

    def span(self, windows: int) -> str:
        """How long a span of windows is."""
        length = windows * self.view.period.calendar.size
        return f"{length // DAY}{digits.HARD_SPACE}d" if length % DAY == 0 else digits.duration(length)

    def points(self, track: Track) -> list[Point]:
        """A series as points in the middle of its windows."""
        low, high = track.numbers[1], track.numbers[2]
        places = [step.stop - 1 for step in self.steps]
        return [
            Point((w.start + w.end) // 2, track.at(at), _or_none(low[at]), _or_none(high[at]))
            for w, at in zip(self.windows, places, strict=True)
        ]

    def rows(self, **columns: Sequence[Any]) -> list[dict[str, Any]]:
        """The records of a table view: the window, and what the columns hold; none of windows with nothing."""
        names = list(columns)
        cells = zip(self.names, *columns.values(), strict=True)
        return [
            {"window": window, **dict(zip(names, values, strict=True))}
            for window, *values in cells
            if any(value is not None for value in values)
        ]


def _or_none(number: float) -> float | None:
    return None if number != number else float(number)  # noqa: PLR0124 (only NaN differs)
