"""Which series somebody wants to see: chosen before any measurement is made of what is stored.

`app` and `work` say it, `measure` applies it to a stored window.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelwatch.domain.measurement import Series
from modelwatch.domain.slices import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The series of some metrics, a column, a slice and a span; a field that is None stands for all there are.

    Examples
    --------
    >>> wanted = Selection(metrics=frozenset({"psi"}), span=1)
    >>> wanted.holds(Series("psi", "temp")), wanted.holds(Series("psi", "temp", span=7))
    (True, False)
    """

    metrics: frozenset[str] | None = None
    column: str | None = None
    slice: Slice | None = None
    span: int | None = None

    def holds(self, series: Series) -> bool:
        """Whether a series is among those that are wanted."""
        return (
            (self.metrics is None or series.metric in self.metrics)
            and (self.column is None or series.column == self.column)
            and (self.slice is None or series.slice == self.slice)
            and (self.span is None or series.span == self.span)
        )
