"""The stored profiles and outcomes of a model, added up to windows and spans, each window loaded once a run.

`step` asks for blocks; this is the only place that knows how they are stored.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.instants import DAY, Window
from modelwatch.measure import EARLIER_DAYS
from modelwatch.profile import Plan, Profile, SliceProfile
from modelwatch.profile.block import Block, merge_blocks, unpack_outcomes
from modelwatch.profile.outcome import empty_outcome, has_outcomes
from modelwatch.profile.profile import merge_profiles
from modelwatch.sketch import NumericSketch
from modelwatch.store import outcomes, profiles
from modelwatch.store.metadata import Transaction
from modelwatch.work.watched import Watched

SEASON_WEEKS = 4
KEPT = 80
"""Windows kept in memory: the longest span, twice over, and some."""


class _Output(NamedTuple):
    """How many outputs a version had in a window, and their mean."""

    n: int
    mean: float


@dataclass(slots=True)
class Blocks:
    """Blocks of one model by version and window."""

    watched: Watched
    plan: Plan
    _windows: OrderedDict[Window, dict[str, Block]] = field(default_factory=OrderedDict[Window, dict[str, Block]])
    _summaries: dict[Window, tuple[int, dict[str, _Output]]] = field(
        default_factory=dict[Window, tuple[int, dict[str, _Output]]]
    )
    _times: dict[Window, list[tuple[int, int]]] = field(default_factory=dict[Window, list[tuple[int, int]]])
    _firsts: dict[str, int] = field(default_factory=dict[str, int])

    def of(self, tx: Transaction, window: Window) -> dict[str, Block]:
        """The block of every version that has anything in the window."""
        if window not in self._windows:
            self._windows[window] = self._load(tx, window)
            if len(self._windows) > max(KEPT, 2 * max(self.watched.monitor.spans)):
                self._windows.popitem(last=False)
        self._windows.move_to_end(window)
        return self._windows[window]

    def forget(self, starts: Iterable[int]) -> None:
        """Load windows anew that were changed."""
        for start in starts:
            window = self.plan.calendar.window_of(start)
            self._windows.pop(window, None)
            self._summaries.pop(window, None)

    def span(self, tx: Transaction, window: Window, version: str, span: int, *, outcomes: bool = True) -> Block | None:
        """The sum of the trailing windows of one version, None while there are not so many since its first."""
        blocks: list[Block] = []
        current = window
        first = self._first_of_version(tx, version)
        for _ in range(span):
            if current.end <= first:
                return None
            block = self.of(tx, current).get(version)
            if block is not None:
                blocks.append(block if outcomes else Block(block.window, block.profile))
            current = self.plan.calendar.previous(current)
        return merge_blocks(blocks) if blocks else None

    def whole(self, tx: Transaction, window: Window) -> Profile:
        """The profile of all versions in the window."""
        every = [block.profile for block in self.of(tx, window).values() if block.profile is not None]
        return merge_profiles(every) if every else Profile.empty(self.plan)

    def refused(self, tx: Transaction, window: Window) -> dict[tuple[str, str], int]:
        """Quarantined rows in the window by kind of fault and field."""
        faults = self.whole(tx, window).faults
        return {(kind, name): rows for (kind, _, name), rows in ((key.partition(":"), n) for key, n in faults.items())}

    def rows(self, tx: Transaction, window: Window) -> int:
        """Rows of all versions in the window."""
        return self._summary(tx, window)[0]

    def mean_output(self, tx: Transaction, window: Window, version: str | None) -> float | None:
        """Mean of one version's output in the window, or of all outputs; None without any."""
        outputs = self._summary(tx, window)[1]
        if version is not None:
            return outputs[version].mean if version in outputs else None
        n = sum(each.n for each in outputs.values())
        return sum(each.mean * each.n for each in outputs.values()) / n if n else None

    def main(self, tx: Transaction, window: Window) -> Block | None:
        """The block of the version with most rows in the window."""
        filled = [block for block in self.of(tx, window).values() if block.profile is not None and block.profile.rows]
        return max(filled, key=lambda block: block.profile.rows if block.profile else 0, default=None)

    def earlier_means(self, tx: Transaction, window: Window, version: str) -> tuple[float, ...]:
        """Mean outputs in the windows of the previous 7 days, oldest first: a version's own, or all while it is new.

        A version that took over answers for the same work as the one before it.
        """
        own = self._earlier_means(tx, window, version)
        return own if len(own) >= EARLIER_DAYS else self._earlier_means(tx, window, None)

    def _earlier_means(self, tx: Transaction, window: Window, version: str | None) -> tuple[float, ...]:
        calendar, means = self.plan.calendar, list[float]()
        first, current = self.first(tx), calendar.previous(window)
        while first is not None and current.end > first and current.start >= window.start - 7 * DAY - DAY // 12:
            mean = self.mean_output(tx, current, version)
            if mean is not None:
                means.append(mean)
            current = calendar.previous(current)
        return tuple(reversed(means))

    def season(self, tx: Transaction, window: Window) -> tuple[float, ...]:
        """Rows in the same weekday and hours of up to four earlier weeks, those of the reference included."""
        reference, first = self.watched.reference, self.first(tx)
        middle = (window.start + window.end) // 2
        found: list[float] = []
        for week in range(1, SEASON_WEEKS + 1):
            earlier = self.plan.calendar.window_of(middle - week * 7 * DAY)
            if first is not None and earlier.start >= self.plan.calendar.window_of(first).start:
                found.append(float(self.rows(tx, earlier)))
            elif reference is not None and earlier.start in reference.rows:
                found.append(float(reference.rows[earlier.start]))
        return tuple(found)

    def version_of(self, tx: Transaction, window: Window, block: Block | None) -> str:
        """The version that a block of the window is of, empty for none."""
        return next((version for version, each in self.of(tx, window).items() if each is block), "")

    def _summary(self, tx: Transaction, window: Window) -> tuple[int, dict[str, _Output]]:
        """Rows and mean outputs, kept for longer than blocks: a week of short windows is asked for at every step."""
        if window not in self._summaries:
            rows, outputs = 0, dict[str, _Output]()
            for version, block in self.of(tx, window).items():
                sketch = None if block.profile is None else block.profile.columns.get(PREDICTION)
                rows += 0 if block.profile is None else block.profile.rows
                if isinstance(sketch, NumericSketch) and sketch.n:
                    outputs[version] = _Output(sketch.n, sketch.mean)
            self._summaries[window] = (rows, outputs)
        return self._summaries[window]

    def last_row(self, tx: Transaction, window: Window) -> int | None:
        """The newest timestamp before the window's end."""
        before = window.end
        while (start := profiles.last_start(tx, self.watched.model_id, before)) is not None:
            found = self.of(tx, self.plan.calendar.window_of(start)).values()
            lasts = [block.profile.last for block in found if block.profile is not None]
            known = [last for last in lasts if last is not None]
            if known:
                return max(known)
            before = self.plan.calendar.window_of(start).start
        return None

    def silences(self, tx: Transaction, window: Window) -> list[Window]:
        """The stretches without a row, refused ones counted as rows, that end in the window or last at its end.

        Each begins with the row before it, be that in an earlier window; gaps within a base window are not known.
        """
        self.of(tx, window)
        before, found = self.last_row(tx, self.plan.calendar.previous(window)), list[Window]()
        for first, last in self._times.get(window, ()):
            if before is not None and first > before:
                found.append(Window(before, first))
            before = last if before is None else max(before, last)
        if before is not None and before < window.end:
            found.append(Window(before, window.end))
        return found

    def first(self, tx: Transaction) -> int | None:
        """The start of the first base window that has rows."""
        return profiles.first_start(tx, self.watched.model_id)

    def _first_of_version(self, tx: Transaction, version: str) -> int:
        if version not in self._firsts:
            self._firsts = profiles.first_starts(tx, self.watched.model_id)
        return self._firsts.get(version, 2**62)

    def _load(self, tx: Transaction, window: Window) -> dict[str, Block]:
        model_id = self.watched.model_id
        base: dict[str, list[Profile]] = {}
        for row in profiles.get_many(tx, model_id, window.start, window.end):
            base.setdefault(row.version, []).append(Profile.from_bytes(self.plan, row.blob))
        self._times[window] = sorted(
            (each.first, each.last)
            for found in base.values()
            for each in found
            if each.first is not None and each.last is not None
        )
        slices = {
            row.version: SliceProfile.from_bytes(row.blob)
            for row in profiles.get_slices(tx, model_id, window.start, window.end)
            if (row.start, row.end) == (window.start, window.end)
        }
        blocks = {version: Block(window, merge_profiles(found), slices.get(version)) for version, found in base.items()}
        return self._with_outcomes(tx, window, blocks) if has_outcomes(self.plan) else blocks

    def _with_outcomes(self, tx: Transaction, window: Window, blocks: dict[str, Block]) -> dict[str, Block]:
        model_id, empty = self.watched.model_id, empty_outcome(self.plan)
        totals = {row.version: row.blob for row in outcomes.get_many(tx, model_id, window.start, window.end)}
        sliced = {
            row.version: row.blob
            for row in outcomes.get_slices(tx, model_id, window.start, window.end)
            if (row.start, row.end) == (window.start, window.end)
        }
        return {
            version: Block(
                window,
                block.profile,
                block.slices,
                unpack_outcomes(self.plan, totals[version], empty)[0] if version in totals else None,
                tuple(unpack_outcomes(self.plan, sliced[version], empty)) if version in sliced else (),
            )
            for version, block in blocks.items()
        }
