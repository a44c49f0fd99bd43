"""What was measured of a model, read from the store: the parts that can hold it, and of them only what was asked for.

Every later look at a measurement comes through here: triage, Prometheus, the verb `metrics` and the pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from modelwatch.catalog import Catalog
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series
from modelwatch.domain.metric import Family
from modelwatch.domain.selection import Selection
from modelwatch.measure.measured import Measured
from modelwatch.measure.record import unpack_columns
from modelwatch.store import measurements
from modelwatch.store.metadata import Transaction

MODEL, PROFILE, OUTCOME = "model", "profile", "outcome"
PARTS = (MODEL, PROFILE, OUTCOME)


def part_of(catalog: Catalog, series: Series) -> str:
    """Which part of a window's measurements a series is stored in."""
    if not series.version:
        return MODEL
    return OUTCOME if _is_outcome(catalog, series.metric) else PROFILE


def stored(
    tx: Transaction,
    model_id: int,
    start: int,
    end: int,
    *,
    parts: Collection[str] = PARTS,
    selection: Selection | None = None,
    all_revisions: bool = False,
) -> Iterator[Measured]:
    """What was measured in the windows that start in `[start, end)`, oldest first, then by version and part.

    Parameters
    ----------
    selection
        The series that are wanted; windows without any are left out.
    all_revisions
        Whether earlier revisions are wanted too, each before the one that replaced it.
    """
    read = measurements.revisions if all_revisions else measurements.latest
    for row in read(tx, model_id, start, end, parts=parts):
        window = Window(row.start, row.end)
        found = unpack_columns(row.blob, window, row.version, row.revision, selection=selection)
        if found.series:
            yield found


def parts_of(catalog: Catalog, selection: Selection) -> Collection[str]:
    """The parts in which selected series can be: any, for a metric of a plugin that is gone."""
    if selection.metrics is None or any(metric not in catalog.metrics for metric in selection.metrics):
        return PARTS
    of_outcome = {_is_outcome(catalog, metric) for metric in selection.metrics}
    return [part for part in PARTS if (part == OUTCOME) in of_outcome]


def _is_outcome(catalog: Catalog, metric: str) -> bool:
    return catalog.metrics.get(metric).family in (Family.PERFORMANCE, Family.LABELS)
