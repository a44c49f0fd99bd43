"""What is told of a window before it closes: a silence that became too long, and rows that can only turn out badly.

`run` asks for it between the steps; what is judged here is judged again, as a revision, when the window closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from modelwatch.domain.instants import MINUTE, SECOND, Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.rule import Verdict
from modelwatch.judge import Change, judge
from modelwatch.measure import measure_quality
from modelwatch.profile import Profile
from modelwatch.store.metadata import Transaction
from modelwatch.work.step import Stepper
from modelwatch.work.watched import SILENCE

GLANCED = 10 * MINUTE
"""Windows up to this long are glanced at while they are open; what begins in longer ones waits for their end."""
GLANCES = 4
USUAL_WINDOWS = 5
_SHARE = "_share"


def alarm(stepper: Stepper, tx: Transaction, window: Window, upto: int) -> list[Change]:
    """Tell of a silence when it becomes too long, before `window` closes: that may be a day later.

    Parameters
    ----------
    upto
        How far the time of rows may be looked at.
    """
    changes = list[Change]()
    limits = stepper.watched.silences
    silences = stepper.blocks.silences(tx, window) if limits else []
    for limit in limits:
        found = (silence.start + limit for silence in silences if silence.length >= limit)
        due = next((at for at in found if window.start <= at < window.end), None)
        if due is not None and due <= upto:
            changes += _alarm(stepper, tx, window, due, limit)
    return changes


def _alarm(stepper: Stepper, tx: Transaction, window: Window, due: int, limit: int) -> list[Change]:
    """Judge a silence in an open window as of the instant at which it reached a limit, once."""
    series = Series(SILENCE, span=stepper.watched.monitor.spans[0])
    silent = Measurement(series, window, limit / SECOND)
    verdicts = judge([silent], stepper.terms(tx, window)).verdicts
    marks = (stepper.book(tx).tracks.get((verdict.rule, series)) for verdict in verdicts)
    told = (mark.value or 0.0 for track in marks if track and (mark := track.at(window.end)))
    if max(told, default=-1.0) >= limit / SECOND:
        return []
    return _tell(stepper, tx, verdicts, due)


def next_glance(size: int, window: Window, after: int) -> int | None:
    """The next instant in an open window at which it is glanced at, None if it is not.

    Examples
    --------
    >>> next_glance(MINUTE, Window(0, MINUTE), 15 * SECOND) == 30 * SECOND
    True
    >>> next_glance(MINUTE, Window(0, MINUTE), 50 * SECOND), next_glance(60 * MINUTE, Window(0, 60 * MINUTE), 0)
    (None, None)
    """
    if size > GLANCED:
        return None
    instants = (window.start + window.length * part // GLANCES for part in range(1, GLANCES))
    return next((instant for instant in instants if instant > after), None)


def glance(stepper: Stepper, tx: Transaction, window: Window, upto: int) -> list[Change]:
    """Tell of faulty rows in a short open window, if they are too many even should every row to come be fine.

    Only what would be critical over as many rows as a window usually has: whoever looks at the closed window then
    finds it critical too, and nobody is told of what the rest of the window makes up for.

    Parameters
    ----------
    upto
        How far the time of rows may be looked at.
    """
    if window.length > GLANCED:
        return []
    terms, measured, spread = stepper.terms(tx, window), list[Measurement](), list[Measurement]()
    for version, profile in _so_far(stepper, tx, window, upto).items():
        usual = _usual(stepper, tx, window, version)
        found = measure_quality(stepper.setting, window, version, profile)
        shares = [each for each in found if each.value is not None and each.series.metric.endswith(_SHARE)]
        if usual:
            measured += shares
            spread += [_over(each, max(usual, profile.rows)) for each in shares]
    certain = _critical(judge(spread, terms).verdicts)
    if not certain:
        return []
    judged = judge([each for each in measured if each.series in {series for _, series in certain}], terms)
    sure = [each for each in judged.verdicts if (each.rule, each.series) in certain]
    return _tell(stepper, tx, [each for each in sure if (each.rule, each.series) in _critical(sure)], upto)


def _so_far(stepper: Stepper, tx: Transaction, window: Window, upto: int) -> Mapping[str, Profile]:
    """The rows of each version that came so far; none where some lie further ahead than may be looked."""
    blocks = stepper.blocks.of(tx, window)
    profiles = {version: block.profile for version, block in blocks.items() if block.profile is not None}
    return {
        version: profile
        for version, profile in profiles.items()
        if profile.rows and profile.last is not None and profile.last <= upto
    }


def _usual(stepper: Stepper, tx: Transaction, window: Window, version: str) -> int:
    """How many rows a version had in the fullest of the last few windows."""
    rows, current = 0, window
    for _ in range(USUAL_WINDOWS):
        current = stepper.plan.calendar.previous(current)
        block = stepper.blocks.of(tx, current).get(version)
        rows = max(rows, 0 if block is None or block.profile is None else block.profile.rows)
    return rows


def _over(measurement: Measurement, rows: int) -> Measurement:
    """A share as it will be at least over so many rows."""
    return replace(measurement, value=(measurement.value or 0.0) * measurement.n / rows, n=rows, interval=None)


def _critical(verdicts: Sequence[Verdict]) -> frozenset[tuple[str, Series]]:
    return frozenset(
        (each.rule, each.series) for each in verdicts if each.status is Status.CRITICAL and not each.inhibited
    )


def _tell(stepper: Stepper, tx: Transaction, verdicts: Sequence[Verdict], now: int) -> list[Change]:
    instant = now + stepper.watched.monitor.lateness
    changes = stepper.take(tx, instant, verdicts, now=now)
    stepper.finish(tx, instant, changes)
    return changes
