"""What is normal for a model: its reference added up, and how far the reference's own blocks differ from one another.

Made once when a monitor is applied; every later measurement and verdict is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
import numpy as np

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.measurement import Baseline, Series
from modelwatch.domain.slices import Slice
from modelwatch.measure.reach import UNBOUNDED, Reach
from modelwatch.profile.block import Block
from modelwatch.sketch import CategorySketch, NumericSketch
from modelwatch.sketch.grid import Floats
from modelwatch.stats import BlockNull

FORMAT = 3
BLOCKS = 10
"""Fewer time blocks than this say nothing of how days differ."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Distances of stretches of the reference to the rest of it; `disjoint` of them do not overlap.

    Examples
    --------
    >>> Spread((0.2, 0.5, 0.6), 3, Reach(1.0, 1.0)).telling().floor
    0.75
    """

    distances: tuple[float, ...]
    disjoint: int
    reach: Reach = UNBOUNDED
    null: BlockNull = field(init=False)

    def __post_init__(self) -> None:
        null = BlockNull.from_distances(self.distances, disjoint=self.disjoint, bound=self.reach.bound)
        object.__setattr__(self, "null", null)

    @property
    def is_blind(self) -> bool:
        """Whether the stretches lie so far apart that a column which has left the reference would not pass for more."""
        return self.null.floor >= self.reach.gone

    def telling(self) -> BlockNull:
        """What the metric reads with no change.

        Raises
        ------
        NotComputable
            If the spread is blind: no value of the metric could tell anything.
        """
        if self.is_blind:
            raise NotComputable(
                f"stretches of the reference differ by up to {max(self.distances):.3g}, and a column that has left it "
                f"altogether reads {self.reach.gone:.3g}: at this span it cannot tell the one from the other"
            )
        return self.null


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference, ready to be measured against.

    Attributes
    ----------
    pooled : Block
        All rows of the reference.
    edges : mapping of column to edges
        The deciles of the numeric columns.
    spreads : mapping of (metric, column, span) to Spread
        What a drift metric reads between whole stretches of the reference and the rest of it.
    baselines : mapping of Series to Baseline
        What every other metric reads in the reference's stretches, version left empty.
    calendar_columns : frozenset of str
        Columns that are constant within a window but not across windows.
    rows : mapping of window start to rows
        Volume of the blocks, for comparison with the same hours of later weeks.
    longest_gap : int or None
        Microseconds between the two neighbouring rows that are farthest apart.
    bare : pair of int or None
        Most microseconds without rows at the start and at the end of a block.
    """

    pooled: Block
    edges: Mapping[str, Floats] = field(default_factory=dict[str, Floats])
    spreads: Mapping[tuple[str, str, int], Spread] = field(default_factory=dict[tuple[str, str, int], Spread])
    baselines: Mapping[Series, Baseline] = field(default_factory=dict[Series, Baseline])
    calendar_columns: frozenset[str] = frozenset()
    rows: Mapping[int, int] = field(default_factory=dict[int, int])
    longest_gap: int | None = None
    bare: tuple[int, int] | None = None

    @property
    def usually_bare(self) -> tuple[int, int] | None:
        """Microseconds for which a window may go without rows at its start and its end; None if nobody knows."""
        if self.bare is not None or self.longest_gap is None:
            return self.bare
        return self.longest_gap, self.longest_gap

    def derived_to_bytes(self) -> bytes:
        """Everything but the pooled block, which is stored as profiles are."""
        nulls = [[*key, list(spread.distances), spread.disjoint, spread.reach] for key, spread in self.spreads.items()]
        baselines = [
            [s.metric, s.column, list(s.slice.pairs), s.span, b.mean, b.sd, b.blocks] for s, b in self.baselines.items()
        ]
        body = [
            FORMAT,
            nulls,
            baselines,
            sorted(self.calendar_columns),
            dict(self.rows),
            self.longest_gap,
            self.bare,
        ]
        return msgspec.msgpack.encode(body)

    @classmethod
    def from_derived(cls, pooled: Block, data: bytes) -> Reference:
        """The reference of a pooled block and of what `derived_to_bytes` wrote."""
        # In format 1 spreads have no reach: until the reference is learned again, nothing bounds them. Up to format 2
        # nothing is known of where the rows of a block begin and end: the longest gap stands for it.
        _, nulls, baselines, calendar, rows, gap, *bare = msgspec.msgpack.decode(data, strict=False)
        return cls(
            pooled,
            decile_edges_of(pooled),
            {
                (metric, column, span): Spread(tuple(distances), apart, Reach(*reach[0]) if reach else UNBOUNDED)
                for metric, column, span, distances, apart, *reach in nulls
            },
            {
                Series(metric, column, Slice(tuple((c, v) for c, v in pairs)), "", span): Baseline(mean, sd, blocks)
                for metric, column, pairs, span, mean, sd, blocks in baselines
            },
            frozenset(calendar),
            {int(start): count for start, count in rows.items()},
            gap,
            (bare[0][0], bare[0][1]) if bare and bare[0] else None,
        )


def runs(blocks: Sequence[Block], span: int, calendar: Calendar) -> Iterator[list[Block]]:
    """Every stretch of `span` blocks that follow one another without a gap, in order."""
    for first in range(len(blocks) - span + 1):
        stretch = list(blocks[first : first + span])
        if all(calendar.next(a.window) == b.window for a, b in pairwise(stretch)):
            yield stretch


def disjoint(stretches: Sequence[Sequence[Block]]) -> int:
    """How many of the stretches can be chosen without overlap."""
    count, end = 0, None
    for stretch in stretches:
        if end is None or stretch[0].window.start >= end:
            count, end = count + 1, stretch[-1].window.end
    return count


def bare_of(blocks: Sequence[Block]) -> tuple[int, int] | None:
    """The longest stretches without rows at the start and at the end of a block, None of fewer than three blocks.

    The start of the first block and the end of the last are left out: there the data may be cut.
    """
    filled = [(block.window, block.profile) for block in blocks if block.profile is not None]
    heads = [profile.first - window.start for window, profile in filled[1:] if profile.first is not None]
    tails = [window.end - profile.last for window, profile in filled[:-1] if profile.last is not None]
    return (max(heads), max(tails)) if min(len(heads), len(tails)) > 1 else None


def decile_edges_of(pooled: Block) -> dict[str, Floats]:
    """The decile edges of the numeric columns of a reference."""
    if pooled.profile is None:
        return {}
    return {
        name: sketch.decile_edges()
        for name, sketch in pooled.profile.columns.items()
        if isinstance(sketch, NumericSketch)
    }


def calendar_columns_of(blocks: Sequence[Block], pooled: Block) -> frozenset[str]:
    """Columns with one value in every block and more than one over all of them."""
    if len(blocks) < BLOCKS or pooled.profile is None:
        return frozenset()
    found: set[str] = set()
    for name, sketch in pooled.profile.columns.items():
        parts = [block.profile.columns[name] for block in blocks if block.profile is not None and block.profile.rows]
        if isinstance(sketch, (NumericSketch, CategorySketch)) and _different(sketch) > 1:
            steady = (isinstance(part, (NumericSketch, CategorySketch)) and _different(part) <= 1 for part in parts)
            if all(steady):
                found.add(name)
    return frozenset(found)


def _different(sketch: NumericSketch | CategorySketch) -> int:
    if isinstance(sketch, NumericSketch):
        return (
            1
            if sketch.minimum == sketch.maximum
            else int(np.count_nonzero(sketch.counts)) + (sketch.minimum < sketch.maximum)
        )
    return int(np.count_nonzero(sketch.counts)) + len(sketch.unseen)
