"""For how long a rule must fire before its verdicts count, and since when they do.

`incidents` asks it about every track that heard something new; a measurement's own status does not wait.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.metric import Family, Metric
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.judge.book import LATELY, Mark, Track
from modelwatch.judge.scope import nominal

AT_ONCE = 5.0  # standard deviations of the reference's blocks beyond which one window is enough
PATIENCE = 14  # windows without a value after which a series is no longer waited for
RUNNING = 2  # windows running that a comparison with the reference needs otherwise


@dataclass(frozen=True, slots=True)
class Held:
    """The level that a rule holds in one window, and the first mark of the run that made it hold."""

    status: Status
    since: Mark


def needed(mark: Mark, series: Series, rule: Rule | None, metric: Metric | None, size: int) -> int:
    """How many windows with a value must fire one after the other, up to this one.

    Parameters
    ----------
    mark
        The newest of them.
    series, rule, metric
        What fired; rule and metric are None where the specification or the catalogue no longer has them.
    size
        Length of the model's windows in microseconds, for a `for` that is a duration.

    Notes
    -----
    In this order: the rule's own `for`; as many windows as the span where the verdict is provisional; two
    for a comparison with the reference, but one at span 1 beyond 5 standard deviations; else one. A
    provisional verdict knows no standard deviation, so a comparison with the reference, or with its blocks,
    never opens on one window; only data quality does, where a day without any value cannot wait.
    """
    if rule is not None and rule.windows is not None:
        return rule.windows
    if rule is not None and rule.duration is not None:
        return _windows(rule.duration, size)
    compares = rule is not None and (rule.comparison.relative or rule.comparison is Comparison.BLOCKS)
    if mark.provisional:
        quality = metric is not None and metric.family is Family.QUALITY
        return max(series.span, RUNNING if compares and not quality else 1)
    if rule is None or not rule.comparison.relative:
        return 1
    return 1 if series.span == 1 and (mark.distance or 0.0) > AT_ONCE else RUNNING


def memory(series: Series, rule: Rule | None, size: int) -> int:
    """How many marks a track must keep for `held` to be right.

    Examples
    --------
    >>> memory(Series("psi", "temp", span=90), None, 3600)
    92
    """
    asked = 0
    if rule is not None:
        asked = rule.windows or (_windows(rule.duration, size) if rule.duration else 0)
    return max(LATELY, asked + RUNNING, series.span + RUNNING)


def held(track: Track, series: Series, rule: Rule | None, metric: Metric | None, size: int) -> tuple[Held | None, ...]:
    """For each mark of a track the worst level that holds there, None where none does.

    Each level runs by itself: a first critical window after weeks of warnings holds as a warning until
    critical has run as long as it must. Windows without a value neither break a run nor lengthen it, unless
    they are so many that the series would leave an incident (14).
    """
    found: list[Held | None] = []
    marks, patience = track.marks, (PATIENCE + 0.5) * nominal(size)
    warned: int | None = None  # where the runs began that are at least a warning, and critical
    critical: int | None = None
    for i, mark in enumerate(marks):
        if not mark.status.firing or (i > 0 and mark.end - marks[i - 1].end > patience):
            warned = critical = None
        holds = None
        if mark.status.firing:
            warned = i if warned is None else warned
            critical = None if mark.status is not Status.CRITICAL else i if critical is None else critical
            need = needed(mark, series, rule, metric, size)
            if critical is not None and i - critical + 1 >= need:
                holds = Held(Status.CRITICAL, marks[warned])
            elif i - warned + 1 >= need:
                holds = Held(Status.WARNING, marks[warned])
        found.append(holds)
    return tuple(found)


def _windows(duration: int, size: int) -> int:
    return -(-duration // nominal(size))
