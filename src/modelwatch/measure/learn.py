"""Learn what is normal from the blocks of a reference: how its own days differ, metric by metric and span by span.

Runs once when a monitor is applied; `engine` and `judge` hold every window against what it found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from modelwatch.domain.errors import NotComputable
from modelwatch.domain.measurement import Baseline, Measurement, Series
from modelwatch.domain.metric import Family
from modelwatch.measure.engine import (
    Setting,
    applies,
    column_view,
    measure_outcome,
    measure_profile,
    measure_slices,
)
from modelwatch.measure.reach import Reach, distance_of, reach_of
from modelwatch.measure.reference import (
    BLOCKS,
    Reference,
    Spread,
    bare_of,
    calendar_columns_of,
    decile_edges_of,
    disjoint,
    runs,
)
from modelwatch.profile.block import Block, merge_blocks
from modelwatch.profile.profile import Profile
from modelwatch.sketch import CategorySketch, NumericSketch, Sketch

Progress = Callable[[int, int], None]


def learn_reference(
    setting: Setting, blocks: Sequence[Block], *, longest_gap: int | None = None, timed: bool = True
) -> Reference:
    """The reference made of the given blocks.

    Parameters
    ----------
    setting : Setting
        Without a reference.
    blocks : sequence of Block
        One for each window of the reference, in order; a single one if its rows carry no time.
    timed : bool
        Whether the blocks are windows of time, so that their differences mean something.
    """
    pooled = merge_blocks(blocks)
    bare = Reference(
        pooled,
        decile_edges_of(pooled),
        calendar_columns=calendar_columns_of(blocks, pooled),
        longest_gap=longest_gap,
    )
    against = replace(setting, reference=bare)
    if not timed:
        return replace(bare, baselines=_baselines(against, [[pooled]], setting.spans[0]))
    baselines: dict[Series, Baseline] = {}
    for span in setting.spans:
        baselines |= _baselines(against, list(runs(blocks, span, setting.plan.calendar)), span)
    rows = {block.window.start: block.profile.rows for block in blocks if block.profile is not None}
    return replace(bare, spreads=spreads_of(against, blocks), baselines=baselines, rows=rows, bare=bare_of(blocks))


def spreads_of(setting: Setting, blocks: Sequence[Block]) -> dict[tuple[str, str, int], Spread]:
    """How far whole stretches of the blocks lie from all the others, by drift metric, column and span."""
    if len(blocks) < BLOCKS:
        return {}
    total = merge_blocks(blocks).profile
    assert total is not None
    reaches = _reaches(setting, total)
    found: dict[tuple[str, str, int], Spread] = {}
    for span in setting.spans:
        stretches = list(runs(blocks, span, setting.plan.calendar))
        profiles = [merge_blocks(stretch).profile for stretch in stretches]
        distances: defaultdict[tuple[str, str, int], list[float]] = defaultdict(list)
        for profile in profiles:
            if profile is not None and 0 < profile.rows < total.rows:
                for key, distance in _distances(setting, profile, total, span):
                    distances[key].append(distance)
        apart = disjoint(stretches)
        for key, values in distances.items():
            found[key] = Spread(tuple(values), min(apart, len(values)), reaches[key[:2]])
    return found


def _reaches(setting: Setting, total: Profile) -> dict[tuple[str, str], Reach]:
    """How far each drift metric can read on each column."""
    views = [replace(column_view(setting, name, total), reference=total.columns[name]) for name in setting.plan.columns]
    return {
        (metric.name, view.name): reach_of(metric, view)
        for view in views
        for metric in setting.catalog.metrics
        if metric.family is Family.DRIFT and applies(metric, view)
    }


def _distances(setting: Setting, part: Profile, total: Profile, span: int) -> list[tuple[tuple[str, str, int], float]]:
    """Every drift metric between a part of the reference and the rest of it."""
    measured: list[tuple[tuple[str, str, int], float]] = []
    for name in setting.plan.columns:
        rest = _without(total.columns[name], part.columns[name])
        if rest is None:
            continue
        view = replace(column_view(setting, name, part), reference=rest)
        for metric in setting.metrics(Family.DRIFT, span):
            if applies(metric, view):
                try:
                    distance = distance_of(metric, metric.compute(view).value)
                except NotComputable:
                    continue
                measured.append(((metric.name, name, span), distance))
    return measured


def _without(total: Sketch, part: Sketch) -> Sketch | None:
    if isinstance(total, NumericSketch) and isinstance(part, NumericSketch):
        return total.without(part)
    if isinstance(total, CategorySketch) and isinstance(part, CategorySketch):
        return total.without(part)
    return None


def _baselines(setting: Setting, stretches: Sequence[Sequence[Block]], span: int) -> dict[Series, Baseline]:
    """Mean and spread (ddof 0) of every metric but the distances over the stretches."""
    values: defaultdict[Series, list[float]] = defaultdict(list)
    plain = replace(setting, leave_out=frozenset({Family.DRIFT}))
    for stretch in stretches:
        for measurement in _measure_block(plain, merge_blocks(stretch), span):
            if measurement.value is not None:
                values[measurement.series].append(measurement.value)
    return {
        series: Baseline(float(np.mean(found)), float(np.std(found)) if len(found) > 1 else 0.0, len(found))
        for series, found in values.items()
    }


def _measure_block(setting: Setting, block: Block, span: int) -> list[Measurement]:
    measured: list[Measurement] = []
    if block.profile is not None:
        measured += measure_profile(setting, block.window, "", {span: block.profile})
    if span == setting.spans[0] and block.slices is not None:
        measured += measure_slices(setting, block.window, "", block.slices)
    return measured + measure_outcome(setting, block.window, "", {span: block})
