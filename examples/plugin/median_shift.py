"""A plugin in one file: the metric `median_shift`, how far a column's median moved in reference standard deviations."""

import math

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.measure.views import ColumnView
from modelwatch.sketch import NumericSketch


def median_shift(view: ColumnView) -> Value:
    """Distance of the medians over the reference's standard deviation."""
    current, reference = view.numbers(), view.reference
    if not isinstance(reference, NumericSketch) or reference.variance == 0:
        raise NotComputable("the reference is constant or not there")
    distance = abs(current.quantile(0.5) - reference.quantile(0.5))
    return Value(distance / math.sqrt(reference.variance), current.n)


def register(catalog: Catalog) -> None:
    """Called once by modelwatch, through the entry point in `pyproject.toml`."""
    catalog.metrics.add(
        Metric(
            name="median_shift", title="Shift of the median", family=Family.DRIFT, scope=Scope.COLUMN,
            better=Better.LOWER, incident=Kind.DRIFT, formula="|median - median of the reference| / sd",
            source="definition", compute=median_shift, kinds=frozenset({ColumnKind.NUMERIC}), unit="sd",
            range=(0.0, math.inf), spans="all",
        )
    )  # fmt: skip
