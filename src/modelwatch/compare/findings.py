"""What is wrong with the data itself, in one sentence each: verdicts on quality, empty tables, repeated rows.

`engine` puts them beside the findings on the schema, which `columns` makes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import polars as pl

from modelwatch.catalog import Catalog
from modelwatch.compare.columns import Compared
from modelwatch.compare.result import Finding
from modelwatch.compare.tables import Table
from modelwatch.domain.measurement import Baseline, Series, Status
from modelwatch.domain.metric import Family
from modelwatch.domain.rule import Verdict
from modelwatch.show.words import share

DUPLICATES = "duplicate_share"
_FEWEST_ROWS = 100
_LEVELS = ((Status.CRITICAL, 0.20), (Status.WARNING, 0.05))


def quality_findings(
    verdicts: Iterable[Verdict],
    catalog: Catalog,
    baselines: Mapping[Series, Baseline],
    unseen: Mapping[str, tuple[str, ...]],
) -> Iterator[Finding]:
    """One finding for each verdict on quality that fires."""
    for verdict in verdicts:
        metric = catalog.metrics.get(verdict.series.metric)
        if not verdict.status.firing or metric.family is not Family.QUALITY:
            continue
        column, value = verdict.series.column, verdict.value or 0.0
        told = [f"{metric.title} in {column!r}: {share(value)}"]
        baseline = baselines.get(verdict.series)
        if baseline is not None:
            told.append(f"{share(baseline.mean)} in the reference")
        if verdict.threshold is not None:
            told.append(f"limit {share(verdict.threshold)}")
        if metric.name == "unseen_share":
            told.append("such as " + ", ".join(repr(each) for each in unseen.get(column, ())[:3]))
        yield Finding(metric.name, column, verdict.status, ", ".join(told), value=verdict.value)


def table_findings(reference: Table, current: Table, columns: Iterable[Compared]) -> Iterator[Finding]:
    """Findings on the tables as a whole: no rows at all, or rows that repeat others."""
    if not reference.frame.height:
        yield Finding("rows", None, Status.WARNING, "the reference has no rows: there is nothing to compare with")
    if not current.frame.height:
        yield Finding("rows", None, Status.CRITICAL, "the current data has no rows", value=0.0)
    rows = min(reference.frame.height, current.frame.height)
    common = [each.name for each in columns if each.reference is not None and each.current is not None]
    if rows < _FEWEST_ROWS or not common:
        return
    # As many rows of either side: in more rows there are more that are equal by chance.
    before, now = (_repeated(table.frame.head(rows), common) for table in (reference, current))
    if before is None or now is None:
        return
    status = next((status for status, level in _LEVELS if now - before >= level), None)
    if status is not None:
        first = f"{share(now)} of the first {rows:,} row{'' if rows == 1 else 's'}"
        text = f"{first} repeat another row, {share(before)} in the reference"
        yield Finding(DUPLICATES, None, status, text, value=now)


def _repeated(frame: pl.DataFrame, columns: Collection[str]) -> float | None:
    """Share of the rows with all values that equal an earlier one, None if rows cannot be compared."""
    kept = frame.select(name for name in columns if frame[name].dtype != pl.Object)
    if not kept.width or any(dtype.is_nested() for dtype in kept.dtypes):
        return None
    whole = kept.drop_nulls().drop_nans()
    return 1.0 - whole.n_unique() / whole.height if whole.height else None
