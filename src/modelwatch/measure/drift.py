"""Distances between a column's reference and its current values.

Each function is one catalogued metric; the numbers come from `stats`, the verdict from `judge`.
"""

from __future__ import annotations

from modelwatch import stats
from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.measure.views import ColumnView

NUMERIC = frozenset({ColumnKind.NUMERIC})
CATEGORICAL = frozenset({ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN})


def psi(view: ColumnView) -> Value:
    """Population stability index on the reference's deciles or categories, missing values in a bin of their own."""
    return Value(stats.psi(*view.pair().binned()), view.current.rows)


def jensen_shannon(view: ColumnView) -> Value:
    """Jensen-Shannon distance in [0, 1] on the bins of `psi`."""
    return Value(stats.jensen_shannon(*view.pair().binned()), view.current.rows)


def ks(view: ColumnView) -> Value:
    """Kolmogorov-Smirnov statistic of the values that are there."""
    pair = view.numeric_pair()
    if 0 in pair.sizes:
        raise NotComputable("no values")
    return Value(pair.ks(), pair.sizes[1])


def wasserstein(view: ColumnView) -> Value:
    """Wasserstein-1 distance in the column's own unit."""
    pair = view.numeric_pair()
    return Value(pair.wasserstein(), pair.sizes[1])


def wasserstein_normed(view: ColumnView) -> Value:
    """Wasserstein-1 distance in standard deviations of the reference."""
    pair = view.numeric_pair()
    deviation = pair.deviation()
    if deviation == 0:
        raise NotComputable("the reference is constant")
    return Value(pair.wasserstein() / deviation, pair.sizes[1])


def chi2(view: ColumnView) -> Value:
    """Chi-squared statistic of the two-sample contingency table of the categories."""
    statistic, _, _ = stats.chi2(*view.pair().binned())
    return Value(statistic, view.current.rows)


def cramers_v(view: ColumnView) -> Value:
    """Cramer's V of the same table: the effect size that goes with `chi2`."""
    _, _, effect = stats.chi2(*view.pair().binned())
    return Value(effect, view.current.rows)


def register(catalog: Catalog) -> None:
    """Put the drift metrics on the catalogue's shelf."""
    both = NUMERIC | CATEGORICAL
    entries = [
        (
            psi,
            "Population stability index",
            both,
            "",
            (0.0, 19.0),
            "sum (p - q) ln(p / q) over the reference's deciles or categories, each share at least 1e-4, "
            "missing values a bin",
            "Siddiqi, Credit Risk Scorecards, 2006",
        ),
        (ks, "Kolmogorov-Smirnov statistic", NUMERIC, "", (0.0, 1.0), "sup |F(x) - G(x)|", "Smirnov, 1948"),
        (
            jensen_shannon,
            "Jensen-Shannon distance",
            both,
            "",
            (0.0, 1.0),
            "square root of the Jensen-Shannon divergence in bits, on the bins of psi",
            "Endres and Schindelin, 2003",
        ),
        (
            wasserstein,
            "Wasserstein distance",
            NUMERIC,
            "unit of the column",
            (0.0, float("inf")),
            "integral of |F(x) - G(x)|",
            "Ramdas, Garcia Trillos and Cuturi, 2017",
        ),
        (
            wasserstein_normed,
            "Wasserstein distance in standard deviations",
            NUMERIC,
            "sd",
            (0.0, float("inf")),
            "wasserstein / standard deviation of the reference",
            "Ramdas, Garcia Trillos and Cuturi, 2017",
        ),
        (
            chi2,
            "Chi-squared statistic",
            CATEGORICAL,
            "",
            (0.0, float("inf")),
            "sum (observed - expected)^2 / expected over the 2 x K contingency table",
            "Pearson, 1900",
        ),
        (cramers_v, "Cramer's V", CATEGORICAL, "", (0.0, 1.0), "sqrt(chi2 / n)", "Cramer, 1946"),
    ]
    for compute, title, kinds, unit, span, formula, source in entries:
        catalog.metrics.add(
            Metric(
                name=compute.__name__,
                title=title,
                family=Family.DRIFT,
                scope=Scope.COLUMN,
                better=Better.LOWER,
                incident=Kind.DRIFT,
                formula=formula,
                source=source,
                compute=compute,
                kinds=kinds,
                unit=unit,
                range=span,
                spans="all",
            )
        )
