"""The answers to what is wrong, how bad it is and what to do first, in numbers and words that were stored.

Parts of the page of an incident, which `incident` puts together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modelwatch.domain.columns import LABEL, PREDICTION, Task
from modelwatch.domain.measurement import Series
from modelwatch.domain.metric import Better
from modelwatch.domain.selection import Selection
from modelwatch.read.case import Case, measured
from modelwatch.read.hours import MISSING
from modelwatch.read.limits import baseline_of
from modelwatch.show.status import State, state_of
from modelwatch.store.metadata import Transaction

_WITHOUT = 0.995  # from which a column is called empty
# What a model of a task does besides its key metric: the part of what it should find that it found.
_BESIDE: Mapping[Task, tuple[str, ...]] = {Task.BINARY: ("recall",), Task.MULTICLASS: ("accuracy",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is wrong, in numbers: of which metric, in how many of the model's features, from `low` to `high`."""

    metric: str
    title: str
    unit: str
    better: Better
    columns: tuple[str, ...]
    of: int
    span: int
    low: float | None
    high: float | None
    limit: float | None
    reference: float | None
    state: State

    @property
    def empty(self) -> bool:
        """Whether the columns hold no value at all."""
        return self.metric == MISSING and self.low is not None and self.low >= _WITHOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one metric read in the window that the title tells of, beside the reference."""

    metric: str
    title: str
    unit: str
    value: float
    n: int
    reference: float | None
    span: int


def what_of(case: Case) -> What | None:
    """What fires most, of all columns of the worst one's metric and span; None where nothing is known to fire."""
    lead = case.lead
    if lead is None:
        return None
    alike = [
        each for each in case.firing if (each.series.metric, each.series.span) == (lead.series.metric, lead.series.span)
    ]
    values = [each.value for each in alike if each.value is not None]
    columns = tuple(
        dict.fromkeys(each.series.column for each in alike if each.series.column not in ("", LABEL, PREDICTION))
    )
    metric = case.metric(lead.series.metric)
    baseline = None if case.watched is None else baseline_of(case.watched, lead.series)
    features = () if case.watched is None or case.watched.plan is None else case.watched.plan.features
    return What(
        metric=lead.series.metric,
        title=case.title(lead.series.metric),
        unit=metric.unit if metric else "",
        better=metric.better if metric else Better.LOWER,
        columns=columns,
        of=max(len(features), len(columns)),
        span=lead.series.span,
        low=min(values, default=None),
        high=max(values, default=None),
        limit=lead.threshold,
        reference=None if baseline is None else baseline.mean,
        state=state_of(str(lead.status), ()),
    )


def figures(tx: Transaction, case: Case, key: Series | None) -> Iterator[Figure]:
    """The key metric, and what else tells of a task, in the window that the title speaks of."""
    if case.watched is None or key is None:
        return
    names = (key.metric, *_BESIDE.get(case.watched.monitor.task, ()))
    found = measured(tx, case, Selection(metrics=frozenset(names), span=key.span), case.then.start, case.then.end)
    of_window = found.get(case.then.start, {})
    for name in names:
        series = Series(name, PREDICTION, span=key.span)
        seen = of_window.get(series)
        told = case.lead is not None and (case.lead.series.metric, case.lead.series.span) == (name, key.span)
        if seen is None or seen.value is None or told:
            continue
        baseline = baseline_of(case.watched, series)
        metric = case.metric(name)
        yield Figure(
            metric=name,
            title=case.title(name),
            unit=metric.unit if metric else "",
            value=seen.value,
            n=seen.n,
            reference=None if baseline is None else baseline.mean,
            span=key.span,
        )


def first_step(action: str) -> tuple[str, str]:
    """An action as its first step, and the rest of it: parted where a colon or semicolon stands in no brackets.

    Examples
    --------
    >>> first_step("Check the source as of today: repair it")
    ('Check the source as of today', 'Repair it')
    >>> first_step("Check the drift (incident 7: dest); if it is real, recalibrate")
    ('Check the drift (incident 7: dest)', 'If it is real, recalibrate')
    """
    depth = 0
    for place, letter in enumerate(action):
        depth += (letter == "(") - (letter == ")")
        if not depth and action[place : place + 2] in (": ", "; "):
            rest = action[place + 2 :]
            return action[:place], rest[:1].upper() + rest[1:]
    return action, ""
