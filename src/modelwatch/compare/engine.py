"""Two tables judged against each other: what was measured of them, by the rules of the default pack.

Drives the files of this room in order: `columns`, `blocks`, `measured`, `findings`, and puts the `result` together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from modelwatch import measure
from modelwatch.catalog import Catalog
from modelwatch.compare.blocks import Days, learn_days
from modelwatch.compare.columns import Compared, choose, compared
from modelwatch.compare.findings import quality_findings, table_findings
from modelwatch.compare.measured import FAMILIES, baselines_of, measure_columns
from modelwatch.compare.result import ComparedColumn, ComparedMetric, Comparison, Finding
from modelwatch.compare.tables import Table
from modelwatch.compare.views import ExactView
from modelwatch.domain.columns import Task
from modelwatch.domain.measurement import Measurement, Status, worst
from modelwatch.domain.metric import Family
from modelwatch.domain.rule import Rule
from modelwatch.judge.verdicts import Judged, Terms, judge
from modelwatch.spec.packs import default_pack

DRIFT_METRIC = "psi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is compared, and how: `columns` None for all, `time` None where rows count as independent."""

    reference: Table
    current: Table
    columns: Sequence[str] | None = None
    time: str | None = None
    timezone: str = "UTC"


def compare_tables(request: Request) -> Comparison:
    """Compare two tables, column by column.

    Raises
    ------
    UnknownName
        If a column was asked for that does not exist.
    """
    catalog = Catalog().register([measure.register]).load_plugins()
    names = choose(request.reference, request.current, columns=request.columns, time=request.time)
    columns = list(compared(request.reference, request.current, names))
    days = _days(request, columns, catalog)
    views, measured = measure_columns(columns, catalog, days)
    baselines = baselines_of(views, days)
    spans = (1 if days is None else days.span,)
    rules = _rules(catalog, spans)
    terms = Terms(rules=rules, catalog=catalog, spans=spans, features=frozenset(names), baselines=baselines)
    judged = judge(measured, terms)
    unseen = {name: view.unseen for name, view in views.items()}
    findings = [
        *table_findings(request.reference, request.current, columns),
        *(finding for column in columns for finding in column.findings),
        *quality_findings(judged.verdicts, catalog, baselines, unseen),
    ]
    return Comparison(
        reference_rows=request.reference.frame.height,
        current_rows=request.current.frame.height,
        columns=tuple(_columns(columns, views, judged, findings, catalog)),
        quality=tuple(findings),
        noise="independent_rows" if days is None else "time_blocks",
        notes=tuple(_notes(request, days)),
    )


def _days(request: Request, columns: Sequence[Compared], catalog: Catalog) -> Days | None:
    if request.time is None:
        return None
    reference, current = request.reference.frame, request.current.frame
    now = current[request.time] if request.time in current.columns else current.height
    return learn_days(columns, reference[request.time], now, catalog=catalog, timezone=request.timezone)


def _rules(catalog: Catalog, spans: tuple[int, ...]) -> list[Rule]:
    """The pack's rules on single columns; drift may be critical here, as it is what was asked about."""
    pack = default_pack(Task.NONE, catalog=catalog, spans=spans)
    asked = [rule for rule in pack if catalog.metrics.get(rule.metric).family in FAMILIES]
    return [replace(rule, cap=Status.CRITICAL) if rule.metric == DRIFT_METRIC else rule for rule in asked]


def _columns(
    columns: Sequence[Compared],
    views: Mapping[str, ExactView],
    judged: Judged,
    findings: Sequence[Finding],
    catalog: Catalog,
) -> Iterator[ComparedColumn]:
    by_column: defaultdict[str, list[Measurement]] = defaultdict(list)
    for each in judged.measurements:
        if catalog.metrics.get(each.series.metric).family is Family.DRIFT:
            by_column[each.series.column].append(each)
    thresholds = {each.series: each.threshold for each in judged.verdicts}
    for column in columns:
        metrics = {
            each.series.metric: _metric(each, catalog, thresholds.get(each.series)) for each in by_column[column.name]
        }
        drift = metrics.get(DRIFT_METRIC)
        drifted = None if drift is None or drift.value is None else drift.status.firing
        statuses = [finding.status for finding in findings if finding.column == column.name]
        status = worst(*(each for each in (*statuses, *(m.status for m in metrics.values())) if each.firing))
        view = views.get(column.name)
        yield ComparedColumn(
            name=column.name,
            kind="unknown" if column.kind is None else str(column.kind),
            status=Status.NOT_COMPUTED if status is Status.OK and drifted is None else status,
            drifted=drifted,
            metrics=metrics,
            missing=_missing(column, view),
            unseen=() if view is None else view.unseen,
            reason=_reason(column, view, drift),
            drawing=None if view is None else view.drawing,
        )


def _metric(measurement: Measurement, catalog: Catalog, threshold: float | None) -> ComparedMetric:
    metric = catalog.metrics.get(measurement.series.metric)
    return ComparedMetric(
        value=measurement.value,
        definition=f"{metric.formula} (version {metric.version})",
        status=measurement.status,
        title=metric.title,
        threshold=threshold,
        noise_floor=measurement.noise_floor,
        p_value=measurement.p_value,
        provisional=measurement.provisional,
        reason=measurement.reason,
    )


def _reason(column: Compared, view: ExactView | None, drift: ComparedMetric | None) -> str | None:
    """Why drift was not judged, None if it was."""
    if drift is not None:
        return drift.reason
    if view is None or column.why:
        return column.why
    return f"{view.kind} columns are only checked for missing values"


def _missing(column: Compared, view: ExactView | None) -> tuple[float | None, float | None]:
    """Shares of missing values, NaN among them where the column holds numbers."""
    shares: list[float | None] = []
    for place, side in enumerate((column.reference, column.current)):
        if side is None or not side.values.len():
            shares.append(None)
        elif view is None:
            shares.append(side.values.null_count() / side.values.len())
        else:
            sketch = (view.reference, view.current)[place]
            shares.append(sketch.missing / sketch.rows)
    return shares[0], shares[1]


def _notes(request: Request, days: Days | None) -> Iterator[str]:
    if days is not None:
        yield (
            f"Noise floors come from the reference's {days.days} days: what stretches of {days.span} "
            "days of it differ from the rest."
        )
        if any(spread.null.provisional and not spread.is_blind for spread in days.reference.spreads.values()):
            yield "They are too few for p-values: floors are twice their largest difference, and provisional."
    elif request.time is None:
        yield (
            "Rows are taken to be independent of each other. If rows of one day or source resemble each "
            "other, chance makes larger differences than the noise floors say: name the column of their time "
            "(`time` in Python, `--time` on the command line)."
        )
    else:
        yield (
            f"The reference has too few days in {request.time!r} to tell how days differ: rows are taken to "
            "be independent of each other, and noise floors may be too low."
        )


__all__ = ["Request", "compare_tables"]
