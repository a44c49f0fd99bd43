"""What all charts of a column's page share: the read model, what lies behind the marks, and how times are written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from modelwatch.domain.instants import DAY, HOUR, Window, parse_instant
from modelwatch.read.column import ColumnView
from modelwatch.serve.ui.canvas import state_told
from modelwatch.show import column as words
from modelwatch.show import digits
from modelwatch.show.charts import TimeAxis
from modelwatch.show.charts.ground import Ground, Stretch

FORMS = {"density": "Density", "below": "CDF", "deciles": "Deciles"}
"""In which form a distribution of numbers is drawn."""


# Not slotted: what follows from the view is worked out once, when it is asked for.
@dataclass(frozen=True)
class ColumnCanvas:
    """The read model of one column in one selection, and the form of its distribution."""

    view: ColumnView
    form: str = "density"

    @cached_property
    def axis(self) -> TimeAxis:
        """The time of all lanes, by the monitor's own clock."""
        period = self.view.period
        return TimeAxis(period.start, period.end, period.calendar.timezone)

    @cached_property
    def ground(self) -> Ground:
        """The reference's time, the open incident and the selected stretch."""
        view, wrong = self.view, None
        if view.incident is not None:
            begin = view.incident.body["again"] or view.incident.body["window"]
            wrong = Stretch(parse_instant(begin["start"])), state_told(view.incident.severity)
        return Ground(
            axis=self.axis,
            reference=None if view.reference is None else Stretch(view.reference.start, view.reference.end),
            reference_says=("Reference", ""),
            wrong=wrong,
            selected=Stretch(view.selected.start, view.selected.end),
        )

    @cached_property
    def marks(self) -> list[Window]:
        """The stretch of time of each mark of a lane."""
        windows = self.view.windows
        return [Window(windows[step.start].start, windows[step.stop - 1].end) for step in self.view.steps]

    @property
    def selected(self) -> str:
        """How the selected stretch is written."""
        return self.named(self.view.selected)

    @property
    def unit(self) -> str:
        """What a mark of a lane stands for."""
        longest = max((window.length for window in self.marks), default=DAY)
        return "day" if DAY - HOUR <= longest <= DAY + HOUR else self.span(1) if len(self.view.steps) else "window"

    def named(self, window: Window) -> str:
        """How a stretch of time is written, with its year only if that is not the last one shown."""
        told = digits.window(window.start, window.end, self.axis.zone, beside=self.axis.end - 1)
        several = self.view.period.calendar.window_of(window.start).end < window.end
        if not several or window.length > DAY - HOUR:
            return told
        return f"{told} to {digits.local(window.end, self.axis.zone):%H:%M}"

    def span(self, windows: int) -> str:
        """How long so many windows are."""
        return words.length(windows * self.view.period.calendar.size)


def plain(value: float | None) -> str:
    """A number on an axis: no more digits than its size asks for."""
    return "" if value is None else f"{value:,.4g}".replace("-", digits.MINUS)
