"""Earlier values of every series, for triage: what the metric read in the windows before.

Loaded from the stored measurements only when somebody asks, then kept up to date within the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.measure.record import unpack_measurements
from modelwatch.store import measurements
from modelwatch.store.metadata import Transaction

WINDOWS = 28


@dataclass(slots=True)
class History:
    """Values of the last 28 windows of one model by series."""

    model_id: int
    _values: dict[Series, dict[int, float]] = field(default_factory=dict[Series, dict[int, float]])
    _loaded: bool = False

    def note(self, measured: Iterable[Measurement]) -> None:
        """Remember the values of a window that was measured; a revision replaces what was remembered."""
        if not self._loaded:
            return
        for each in measured:
            if each.value is not None:
                kept = self._values.setdefault(each.series, {})
                kept[each.window.end] = each.value
                if len(kept) > WINDOWS + 1:
                    del kept[min(kept)]

    def before(self, tx: Transaction, window: Window, series: Series) -> Sequence[float]:
        """The series' values in windows that ended before this one, oldest first."""
        if not self._loaded:
            self._load(tx, window)
        return [value for end, value in sorted(self._values.get(series, {}).items()) if end < window.end]

    def _load(self, tx: Transaction, window: Window) -> None:
        start = window.start - (WINDOWS + 1) * window.length
        self._loaded = True
        for row in measurements.latest(tx, self.model_id, start, 2**62):
            self.note(unpack_measurements(row.blob, Window(row.start, row.end), row.version, row.revision))
