"""Names of metrics beyond the catalogue: other spellings, and metrics that are designed but not built.

`keys` accepts the first and refuses the second as not available yet, instead of calling them unknown.
"""

from __future__ import annotations

# The name that another library gives to a metric of ours.
ALIASES = {"jensenshannon": "jensen_shannon"}

_DRIFT = """
psi ks jensen_shannon hellinger total_variation kl wasserstein wasserstein_normed chi2 cramer_von_mises
anderson_darling energy mmd domain_classifier drifted_share prediction_mean prediction_mean_shift
"""
_QUALITY = """
rows missing_share unseen_share out_of_range_share outlier_share duplicate_share freshness_seconds
silence_seconds schema_mismatch_share nan_prediction_share label_mean mean_bias labels_pending_share
labels_overdue_share label_delay_seconds latency_p50 latency_p95 latency_p99 error_share
"""
_PERFORMANCE = """
accuracy precision recall f1 roc_auc average_precision log_loss brier mcc ece false_positive_rate
false_negative_rate mae rmse mape r2 ndcg
"""
_FAIRNESS = """
demographic_parity_difference demographic_parity_ratio equalized_odds_difference equalized_odds_ratio
equal_opportunity_difference equal_opportunity_ratio
"""
_DESIGNED = frozenset(" ".join([_DRIFT, _QUALITY, _PERFORMANCE, _FAIRNESS]).split())


def designed(metric: str) -> bool:
    """Whether the design names this metric: what the catalogue does not hold of these is not available yet.

    Examples
    --------
    >>> designed("estimated_roc_auc"), designed("rocauc")
    (True, False)
    """
    return metric.removeprefix("estimated_") in _DESIGNED
