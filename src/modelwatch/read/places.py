"""Where in the rows an incident lies: what the worst of its metrics, and the model, read in every slice.

The table of slices of its page.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.metric import Better
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import Slice
from modelwatch.read.case import Case, measured
from modelwatch.read.course import key_series
from modelwatch.store.metadata import Transaction

FEWEST = 30  # rows
ROWS, PREDICTED, LABELLED = "rows", "prediction_mean", "label_mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One slice; what was not measured in it is None, `usual` is what the lead reads in the reference's blocks."""

    where: tuple[tuple[str, str], ...]
    rows: int
    lead: float | None
    usual: float | None
    predicted: float | None
    labelled: float | None
    key: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All slices, worst first; `lead` and `key` name the metrics, None if not measured by slice."""

    lead: str | None
    lead_title: str
    key_title: str
    column: str
    better: Better
    rows: tuple[Place, ...]
    span: int

    @property
    def largest(self) -> float:
        """The largest size of the lead, for bars; 1 where there is none."""
        return max((abs(each.lead) for each in self.rows if each.lead is not None), default=0.0) or 1.0


def places(tx: Transaction, case: Case) -> Places | None:
    """The slices in the window that the title tells of; None where the model has none."""
    if case.watched is None or case.lead is None:
        return None
    lead, key = case.lead.series, key_series(case)
    names = frozenset({ROWS, PREDICTED, LABELLED, lead.metric, lead.metric if key is None else key.metric})
    found = measured(tx, case, Selection(metrics=names), case.then.start, case.then.end)
    values = found.get(case.then.start, {})
    slices = sorted({series.slice for series in values if series.slice and series.metric == ROWS})
    sliced = any(series.slice and _is(series, lead) for series in values)
    rows = [_place(case, values, where, lead if sliced else None, key) for where in slices]
    record = case.metric(lead.metric)
    better = record.better if record else Better.LOWER
    return Places(
        lead=lead.metric if sliced else None,
        lead_title=case.title(lead.metric),
        key_title="" if key is None else case.title(key.metric),
        column=lead.column,
        better=better,
        rows=tuple(sorted(rows, key=lambda each: _order(each, better, sliced=sliced))),
        span=lead.span,
    )


def _is(series: Series, lead: Series) -> bool:
    return (series.metric, series.column, series.span) == (lead.metric, lead.column, lead.span)


def _place(
    case: Case, values: dict[Series, Measurement], where: Slice, lead: Series | None, key: Series | None
) -> Place:
    assert case.watched is not None
    span = case.watched.monitor.spans[0]

    def read(metric: str, column: str, over: int = span) -> float | None:
        found = values.get(Series(metric, column, where, span=over))
        return None if found is None else found.value

    reference = case.watched.reference
    usual = None
    if lead is not None and reference is not None:
        usual = reference.baselines.get(Series(lead.metric, lead.column, where, span=lead.span))
    return Place(
        where=where.pairs,
        rows=round(read(ROWS, "") or 0),
        lead=None if lead is None else read(lead.metric, lead.column, lead.span),
        usual=None if usual is None else usual.mean,
        predicted=read(PREDICTED, PREDICTION),
        labelled=read(LABELLED, "label"),
        key=None if key is None else read(key.metric, key.column),
    )


def _order(place: Place, better: Better, *, sliced: bool) -> tuple[float, int, tuple[tuple[str, str], ...]]:
    """The worst first, equals by their rows; those with too few rows to tell anything come last."""
    if not sliced or place.lead is None or place.rows < FEWEST:
        return (1e18, -place.rows, place.where)
    match better:
        case Better.HIGHER:
            far = place.lead
        case Better.LOWER:
            far = -place.lead
        case Better.NEAR:
            far = -abs(place.lead - (place.usual or 0.0))
    return (round(far, 6), -place.rows, place.where)
