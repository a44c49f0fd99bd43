"""Distances between a column's reference and its current values.

Each function is one catalogued metric; the numbers come from `stats`, the verdict from `judge`.
"""

from __future__ import annotations

from modelwatch import stats
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Scope
from modelwatch.measure.recorded import Recorded
from modelwatch.measure.views import ColumnView

NUMERIC = frozenset({ColumnKind.NUMERIC})
CATEGORICAL = frozenset({ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN})
METRICS = Recorded(
    family=Family.DRIFT,
    scope=Scope.COLUMN,
    better=Better.LOWER,
    incident=Kind.DRIFT,
    kinds=NUMERIC | CATEGORICAL,
    spans="all",
)
FAR = (0.0, float("inf"))


@METRICS.metric(
    title="Population stability index",
    range=(0.0, 19.0),
    formula="sum (p - q) ln(p / q) over the reference's deciles or categories, each share at least 1e-4, "
    "missing values a bin",
    source="Siddiqi, Credit Risk Scorecards, 2006",
)
def psi(view: ColumnView) -> Value:
    """Population stability index on the reference's deciles or categories, missing values in a bin of their own."""
    return Value(stats.psi(*view.pair().binned()), view.current.rows)


@METRICS.metric(
    title="Jensen-Shannon distance",
    formula="square root of the Jensen-Shannon divergence in bits, on the bins of psi",
    source="Endres and Schindelin, 2003",
)
def jensen_shannon(view: ColumnView) -> Value:
    """Jensen-Shannon distance in [0, 1] on the bins of `psi`."""
    return Value(stats.jensen_shannon(*view.pair().binned()), view.current.rows)


@METRICS.metric(
    title="Kolmogorov-Smirnov statistic", kinds=NUMERIC, formula="sup |F(x) - G(x)|", source="Smirnov, 1948"
)
def ks(view: ColumnView) -> Value:
    """Kolmogorov-Smirnov statistic of the values that are there."""
    pair = view.numeric_pair()
    if 0 in pair.sizes:
        raise NotComputable("no values")
    return Value(pair.ks(), pair.sizes[1])


@METRICS.metric(
    title="Wasserstein distance",
    kinds=NUMERIC,
    unit="unit of the column",
    range=FAR,
    formula="integral of |F(x) - G(x)|",
    source="Ramdas, Garcia Trillos and Cuturi, 2017",
)
def wasserstein(view: ColumnView) -> Value:
    """Wasserstein-1 distance in the column's own unit."""
    pair = view.numeric_pair()
    return Value(pair.wasserstein(), pair.sizes[1])


@METRICS.metric(
    title="Wasserstein distance in standard deviations",
    kinds=NUMERIC,
    unit="sd",
    range=FAR,
    formula="wasserstein / standard deviation of the reference",
    source="Ramdas, Garcia Trillos and Cuturi, 2017",
)
def wasserstein_normed(view: ColumnView) -> Value:
    """Wasserstein-1 distance in standard deviations of the reference."""
    pair = view.numeric_pair()
    deviation = pair.deviation()
    if deviation == 0:
        raise NotComputable("the reference is constant")
    return Value(pair.wasserstein() / deviation, pair.sizes[1])


@METRICS.metric(
    title="Chi-squared statistic",
    kinds=CATEGORICAL,
    range=FAR,
    formula="sum (observed - expected)^2 / expected over the 2 x K contingency table",
    source="Pearson, 1900",
)
def chi2(view: ColumnView) -> Value:
    """Chi-squared statistic of the two-sample contingency table of the categories."""
    statistic, _, _ = stats.chi2(*view.pair().binned())
    return Value(statistic, view.current.rows)


@METRICS.metric(title="Cramer's V", kinds=CATEGORICAL, formula="sqrt(chi2 / n)", source="Cramer, 1946")
def cramers_v(view: ColumnView) -> Value:
    """Cramer's V of the same table: the effect size that goes with `chi2`."""
    _, _, effect = stats.chi2(*view.pair().binned())
    return Value(effect, view.current.rows)
