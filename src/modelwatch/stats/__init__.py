"""Pure statistics: numbers in, numbers out, never NaN; what has no value raises `NotComputable`.

The measuring and judging stages call these; thresholds and verdicts live there, charts in `show`.
"""

from modelwatch.stats.auc_interval import AucInterval, delong, delong_from_counts
from modelwatch.stats.binned import (
    SHARE_FLOOR,
    distances,
    hellinger,
    jensen_shannon,
    kl,
    psi,
    total_variation,
)
from modelwatch.stats.blocks import BlockNull
from modelwatch.stats.calibration import brier, ece, ece_from_bins, log_loss
from modelwatch.stats.classification import (
    accuracy,
    balanced_accuracy,
    f1,
    false_negative_rate,
    false_positive_rate,
    mcc,
    precision,
    recall,
)
from modelwatch.stats.contingency import Contingency, chi2, chi2_statistics
from modelwatch.stats.decisions import Confusion, confusion, confusion_from_counts
from modelwatch.stats.description import PowerSums
from modelwatch.stats.discrimination import (
    TiedScores,
    average_precision,
    average_precision_from_counts,
    roc_auc,
    roc_auc_from_counts,
    tied_scores,
)
from modelwatch.stats.ecdf import ks, ks_from_counts, ks_pvalue
from modelwatch.stats.intervals import bootstrap_interval, normal_mean_interval, wilson
from modelwatch.stats.multiplicity import Discoveries, benjamini_hochberg
from modelwatch.stats.noise import IndependentNull, null_of, nulls_of
from modelwatch.stats.nulls import ClosedFormNull, DrawnNull, KsNull, Null
from modelwatch.stats.online import (
    Adwin,
    Cusum,
    Ddm,
    Detector,
    Eddm,
    EwmaChart,
    HddmA,
    HddmW,
    Kswin,
    PageHinkley,
)
from modelwatch.stats.transport import (
    wasserstein,
    wasserstein_from_bins,
    wasserstein_normed,
    wasserstein_on,
)

__all__ = [
    "SHARE_FLOOR",
    "Adwin",
    "AucInterval",
    "BlockNull",
    "ClosedFormNull",
    "Confusion",
    "Contingency",
    "Cusum",
    "Ddm",
    "Detector",
    "Discoveries",
    "DrawnNull",
    "Eddm",
    "EwmaChart",
    "HddmA",
    "HddmW",
    "IndependentNull",
    "KsNull",
    "Kswin",
    "Null",
    "PageHinkley",
    "PowerSums",
    "TiedScores",
    "accuracy",
    "average_precision",
    "average_precision_from_counts",
    "balanced_accuracy",
    "benjamini_hochberg",
    "bootstrap_interval",
    "brier",
    "chi2",
    "chi2_statistics",
    "confusion",
    "confusion_from_counts",
    "delong",
    "delong_from_counts",
    "distances",
    "ece",
    "ece_from_bins",
    "f1",
    "false_negative_rate",
    "false_positive_rate",
    "hellinger",
    "jensen_shannon",
    "kl",
    "ks",
    "ks_from_counts",
    "ks_pvalue",
    "log_loss",
    "mcc",
    "normal_mean_interval",
    "null_of",
    "nulls_of",
    "precision",
    "psi",
    "recall",
    "roc_auc",
    "roc_auc_from_counts",
    "tied_scores",
    "total_variation",
    "wasserstein",
    "wasserstein_from_bins",
    "wasserstein_normed",
    "wasserstein_on",
    "wilson",
]
