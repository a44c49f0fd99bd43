"""How a metric's file keeps function and catalogue record together: a decorator that takes the record.

Each family's file has one `Recorded` with what its metrics share; `register` hands all of them to the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, Unpack

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Metric, Scope

Compute = TypeVar("Compute", bound=Callable[[Any], Value])


class Record(TypedDict, total=False):
    """The fields of a `Metric`, all optional here: what a family shares need not be said again."""

    name: str
    title: str
    family: Family
    scope: Scope
    better: Better
    incident: Kind
    formula: str
    source: str
    kinds: frozenset[ColumnKind]
    tasks: frozenset[Task]
    unit: str
    range: tuple[float, float]
    spans: str
    sliced: bool
    key_of: frozenset[Task]


class Recorded:
    """The metrics of one file.

    Examples
    --------
    >>> from modelwatch.measure.quality import METRICS
    >>> catalog = Catalog()
    >>> METRICS.register(catalog)
    >>> catalog.metrics.get("missing_share").formula
    'rows null or NaN / rows'
    """

    def __init__(self, **shared: Unpack[Record]) -> None:
        self._shared = shared
        self._metrics: list[Metric] = []

    def metric(self, **record: Unpack[Record]) -> Callable[[Compute], Compute]:
        """Make the function below a metric of its name."""

        def keep(compute: Compute) -> Compute:
            fields: dict[str, Any] = {"name": compute.__name__, **self._shared, **record}
            self._metrics.append(Metric(compute=compute, **fields))
            return compute

        return keep

    def register(self, catalog: Catalog) -> None:
        """Put every metric of the file on the catalogue's shelf."""
        for metric in self._metrics:
            catalog.metrics.add(metric)
