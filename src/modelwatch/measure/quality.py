"""What is wrong with a column's values whatever their distribution: missing, unseen, out of range, not a number.

Each function is one catalogued metric over a `ColumnView`.
"""

from __future__ import annotations

import numpy as np

from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Scope
from modelwatch.measure.drift import CATEGORICAL, NUMERIC
from modelwatch.measure.recorded import Recorded
from modelwatch.measure.views import ColumnView
from modelwatch.sketch import NumericSketch, Sketch
from modelwatch.stats import wilson

NARROW = 0.05
"""Share of the reference's range within which values count as one: those of an ordinary bin of a sketch."""
FEWEST = 30
"""Values from which most of them may not be alike by chance."""
METRICS = Recorded(
    family=Family.QUALITY,
    scope=Scope.COLUMN,
    better=Better.LOWER,
    incident=Kind.DATA_FAULT,
    source="definition",
    kinds=frozenset(ColumnKind),
)


@METRICS.metric(title="Missing values", sliced=True, formula="rows null or NaN / rows")
def missing_share(view: ColumnView) -> Value:
    """Share of the rows in which the column is null or not a number."""
    return share(view.current.missing, view.current.rows)


@METRICS.metric(title="Unseen categories", kinds=CATEGORICAL, formula="values not in the reference / values")
def unseen_share(view: ColumnView) -> Value:
    """Share of the values that the reference does not know."""
    sketch = view.categories()
    if sketch.domain.truncated:
        raise NotComputable(f"the reference has more than {len(sketch.domain.values)} categories")
    if not sketch.domain.values:
        raise NotComputable("no values in the reference")
    return share(sketch.other, sketch.n)


@METRICS.metric(
    title="Values out of range",
    kinds=NUMERIC,
    formula="values outside the declared range, else outside the reference's range widened by its width / values",
)
def out_of_range_share(view: ColumnView) -> Value:
    """Share of the values outside the declared range, or outside the reference's range widened by its width."""
    sketch = view.numbers()
    if view.low is None and view.high is None:
        raise NotComputable("no range is declared and there is no reference to take one from")
    masses = sketch.masses
    below = above = 0
    if view.low is not None:
        below = int(masses[: _edge(sketch.grid.edges, view.low, sketch.grid.single) + 1].sum())
    if view.high is not None:
        just_above = (
            np.nextafter(np.float32(view.high), np.float32(np.inf))
            if sketch.grid.single
            else np.nextafter(view.high, np.inf)
        )
        above = int(masses[_edge(sketch.grid.edges, float(just_above), sketch.grid.single) + 1 :].sum())
    return share(below + above, int(masses.sum()))


@METRICS.metric(
    title="Predictions that are no number",
    kinds=NUMERIC,
    scope=Scope.PREDICTION,
    formula="predictions NaN or infinite / rows",
)
def nan_prediction_share(view: ColumnView) -> Value:
    """Share of the predictions that are not a number or infinite."""
    sketch = view.numbers()
    return share(sketch.nan + sketch.above + sketch.below, sketch.rows)


@METRICS.metric(
    title="Share of the most frequent prediction",
    kinds=NUMERIC | CATEGORICAL,
    scope=Scope.PREDICTION,
    formula="predictions of the fullest category, or of the fullest bin within 1/20 of the reference's range / values",
)
def largest_share(view: ColumnView) -> Value:
    """Share of the values that are the most frequent one: near 1 where a default answers and not the model."""
    sketch = view.current
    if isinstance(sketch, NumericSketch):
        fullest = sketch.fullest(NARROW * _width(view.reference))
    else:
        sketch = view.categories()
        fullest = sketch.fullest()
    if sketch.n < FEWEST:
        raise NotComputable(f"{sketch.n} values, {FEWEST} needed to tell one that is frequent")
    return share(fullest, sketch.n)


def _width(reference: Sketch | None) -> float:
    """The width of the reference's range, 0 where there is none."""
    return reference.maximum - reference.minimum if isinstance(reference, NumericSketch) and reference.n else 0.0


def share(part: int, whole: int) -> Value:
    """A share with its Wilson interval."""
    if whole == 0:
        raise NotComputable("no rows")
    return Value(part / whole, whole, wilson(part, whole))


def _edge(edges: np.ndarray[tuple[int], np.dtype[np.float64]], at: float, single: bool) -> int:
    value = float(np.float32(at)) if single else at
    return int(np.searchsorted(edges, value, side="left"))
