"""Earlier values of every series, for triage: what the metric read in the windows before.

Loaded from the stored measurements only when somebody asks, then kept up to date within the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.store.metadata import Transaction
from modelwatch.work.stored import stored

WINDOWS = 28
KEPT = 128
"""Windows that are remembered at least: labels come late, and old windows are then judged again."""


@dataclass(slots=True)
class History:
    """Earlier values of one model by series.

    What `before` answers follows from what is stored alone, however much of it is remembered: a window that is
    judged again sees what it would see in a run of its own.
    """

    model_id: int
    _values: dict[Series, dict[int, float]] = field(default_factory=dict[Series, dict[int, float]])
    _starts: set[int] = field(default_factory=set[int])
    _since: int | None = None

    def note(self, window: Window, measured: Iterable[Measurement]) -> None:
        """Remember the values of a window that was measured; a revision replaces what was remembered."""
        self._note(window.start, ((each.series, each.value) for each in measured))

    def _note(self, start: int, values: Iterable[tuple[Series, float | None]]) -> None:
        if self._since is None or start < self._since:
            return
        self._starts.add(start)
        for series, value in values:
            kept = self._values.setdefault(series, {})
            if value is None:
                kept.pop(start, None)
            else:
                kept[start] = value
        if len(self._starts) > 2 * KEPT:
            self._forget(sorted(self._starts)[-KEPT])

    def before(self, tx: Transaction, window: Window, series: Series) -> Sequence[float]:
        """The series' values in the 28 windows before this one, oldest first; none of a window without a value."""
        # Half a window more, since days are 23 to 25 hours long.
        first = window.start - WINDOWS * window.length - window.length // 2
        if self._since is None or first < self._since:
            self._load(tx, first)
        found = self._values.get(series, {})
        return [value for start, value in sorted(found.items()) if first <= start < window.start]

    def _load(self, tx: Transaction, since: int) -> None:
        self._values.clear()
        self._starts.clear()
        self._since = since
        for found in stored(tx, self.model_id, since, 2**62):
            self._note(found.window.start, zip(found.series, found.values(), strict=True))

    def _forget(self, before: int) -> None:
        self._since = before
        self._starts = {start for start in self._starts if start >= before}
        for kept in self._values.values():
            for start in [start for start in kept if start < before]:
                del kept[start]
