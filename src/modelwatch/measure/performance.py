"""How well the model does, read from labelled outcomes: scikit-learn's metrics, from counts by score bin.

Each function is one catalogued metric over an `OutcomeView`.
"""

from __future__ import annotations

import numpy as np

from modelwatch import stats
from modelwatch.domain.columns import Task
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Scope
from modelwatch.measure.quality import share
from modelwatch.measure.recorded import Recorded
from modelwatch.measure.views import OutcomeView
from modelwatch.measure.volume import ANY, FAR, Z95
from modelwatch.profile import RegressionOutcome

BINARY, NUMBERS = frozenset({Task.BINARY}), frozenset({Task.REGRESSION})
HIGHER, LOWER, NEAR = Better.HIGHER, Better.LOWER, Better.NEAR
METRICS = Recorded(
    family=Family.PERFORMANCE,
    scope=Scope.PREDICTION,
    incident=Kind.PERFORMANCE,
    source="scikit-learn's definition",
    tasks=BINARY,
    spans="ends",
)
LABELS = Recorded(
    family=Family.LABELS,
    scope=Scope.MODEL,
    incident=Kind.LABEL,
    source="definition",
    tasks=BINARY | NUMBERS,
    better=LOWER,
)


@METRICS.metric(
    title="ROC AUC",
    better=HIGHER,
    sliced=True,
    key_of=BINARY,
    formula="P(score of a positive > score of a negative) + half of ties",
)
def roc_auc(view: OutcomeView) -> Value:
    """Area under the receiver operating characteristic, ties inside a score bin counted half; DeLong interval."""
    negatives, positives = _scored(view)
    auc, _, interval = stats.delong_from_counts(positives, negatives)
    return Value(auc, int(positives.sum() + negatives.sum()), interval)


@METRICS.metric(title="Average precision", better=HIGHER, formula="sum (R_k - R_k-1) P_k over thresholds")
def average_precision(view: OutcomeView) -> Value:
    """Average precision over the score bins."""
    negatives, positives = _scored(view)
    return Value(stats.average_precision_from_counts(positives, negatives), int(positives.sum() + negatives.sum()))


@METRICS.metric(title="Accuracy", better=HIGHER, sliced=True, formula="(tp + tn) / n")
def accuracy(view: OutcomeView) -> Value:
    """Share of the labelled predictions whose class is right."""
    confusion = _confusion(view)
    return share(int(np.trace(confusion)), int(confusion.sum()))


@METRICS.metric(title="Precision", better=HIGHER, formula="tp / (tp + fp)")
def precision(view: OutcomeView) -> Value:
    """Share of the predicted positives that are positive."""
    confusion = _confusion(view)
    return _rate(int(confusion[1, 1]), int(confusion[:, 1].sum()), "nothing was predicted positive")


@METRICS.metric(title="Recall", better=HIGHER, formula="tp / (tp + fn)")
def recall(view: OutcomeView) -> Value:
    """Share of the positives that were predicted."""
    confusion = _confusion(view)
    return _rate(int(confusion[1, 1]), int(confusion[1].sum()), "no positive label")


@METRICS.metric(title="False positive rate", better=LOWER, formula="fp / (fp + tn)")
def false_positive_rate(view: OutcomeView) -> Value:
    """Share of the negatives that were predicted positive."""
    confusion = _confusion(view)
    return _rate(int(confusion[0, 1]), int(confusion[0].sum()), "no negative label")


@METRICS.metric(title="False negative rate", better=LOWER, formula="fn / (fn + tp)")
def false_negative_rate(view: OutcomeView) -> Value:
    """Share of the positives that were missed."""
    confusion = _confusion(view)
    return _rate(int(confusion[1, 0]), int(confusion[1].sum()), "no positive label")


@METRICS.metric(title="F1", better=HIGHER, formula="2 tp / (2 tp + fp + fn)")
def f1(view: OutcomeView) -> Value:
    """Harmonic mean of precision and recall."""
    confusion = _confusion(view)
    wrong = int(confusion[0, 1] + confusion[1, 0])
    right = 2 * int(confusion[1, 1])
    if right + wrong == 0:
        raise NotComputable("no positive label and nothing predicted positive")
    return Value(right / (right + wrong), int(confusion.sum()))


@METRICS.metric(
    title="Matthews correlation",
    better=HIGHER,
    range=(-1.0, 1.0),
    formula="(tp tn - fp fn) / sqrt((tp+fp)(tp+fn)(tn+fp)(tn+fn))",
)
def mcc(view: OutcomeView) -> Value:
    """Matthews correlation coefficient."""
    (tn, fp), (fn, tp) = _confusion(view).astype(np.float64)
    scale = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    if scale == 0:
        raise NotComputable("one class only")
    return Value(float((tp * tn - fp * fn) / scale), int(tn + fp + fn + tp))


@METRICS.metric(title="Log loss", better=LOWER, range=FAR, formula="- mean(y ln s + (1 - y) ln(1 - s))")
def log_loss(view: OutcomeView) -> Value:
    """Mean negative log-likelihood of the labels, in nats."""
    sums = _sums(view)
    return Value(float(sums[3] / sums[4]), int(sums[4]))


@METRICS.metric(title="Brier score", better=LOWER, formula="mean (s - y)^2")
def brier(view: OutcomeView) -> Value:
    """Mean squared difference of score and label."""
    mean, n = _squared(view)
    return Value(mean, n)


@METRICS.metric(
    title="Expected calibration error",
    better=LOWER,
    incident=Kind.CALIBRATION,
    formula="sum over 10 equal-count bins of n_b / n |mean score - share positive|",
)
def ece(view: OutcomeView) -> Value:
    """Expected calibration error over 10 equal-count bins."""
    outcome = view.binary()
    counts = outcome.counts.sum(axis=0)
    if not counts.sum():
        raise NotComputable("no scores")
    return Value(stats.ece_from_bins(counts, outcome.score_sums, positives=outcome.counts[1]), int(counts.sum()))


@METRICS.metric(
    title="Mean prediction less mean label",
    better=NEAR,
    incident=Kind.CALIBRATION,
    range=ANY,
    tasks=BINARY | NUMBERS,
    sliced=True,
    formula="mean prediction - mean label",
)
def mean_bias(view: OutcomeView) -> Value:
    """Mean prediction less mean label."""
    if isinstance(view.outcome, RegressionOutcome):
        sums = _errors(view)
        return _mean(float(sums[1]), float(sums[3]), int(sums[0]))
    sums, positives = _sums(view), float(view.binary().counts[1].sum())
    squares, n = _squared(view)
    return _mean(float(sums[0]) - positives, squares * n, n)


@LABELS.metric(
    title="Mean label",
    scope=Scope.LABEL,
    incident=Kind.SPIKE,
    better=NEAR,
    range=ANY,
    sliced=True,
    formula="mean label, or share of positives",
)
def label_mean(view: OutcomeView) -> Value:
    """Share of positives among the labels, or their mean."""
    if isinstance(view.outcome, RegressionOutcome):
        outcome = view.regression()
        return Value(outcome.truth_sum / outcome.labelled, outcome.labelled)
    binary = view.binary()
    return share(binary.positives, binary.labelled)


@METRICS.metric(
    title="Mean absolute error", better=LOWER, range=FAR, tasks=NUMBERS, sliced=True, formula="mean |y - f|"
)
def mae(view: OutcomeView) -> Value:
    """Mean absolute error, in the label's unit."""
    sums = _errors(view)
    return _mean(float(sums[2]), float(sums[3]), int(sums[0]))


@METRICS.metric(
    title="Root mean squared error",
    better=LOWER,
    range=FAR,
    tasks=NUMBERS,
    sliced=True,
    key_of=NUMBERS,
    formula="sqrt(mean (y - f)^2)",
)
def rmse(view: OutcomeView) -> Value:
    """Root mean squared error, in the label's unit; interval by the delta method."""
    sums = _errors(view)
    mean = _mean(float(sums[3]), float(sums[5]), int(sums[0]))
    assert mean.interval is not None
    low, high = (float(np.sqrt(max(end, 0.0))) for end in mean.interval)
    return Value(float(np.sqrt(mean.value)), mean.n, (low, high))


@METRICS.metric(
    title="Mean absolute percentage error", better=LOWER, range=FAR, tasks=NUMBERS, formula="mean |y - f| / |y|"
)
def mape(view: OutcomeView) -> Value:
    """Mean absolute error relative to the label's size."""
    sums = _errors(view)
    if view.regression().zeros:
        raise NotComputable(f"{view.regression().zeros} labels are zero")
    return Value(float(sums[4] / sums[0]), int(sums[0]))


@METRICS.metric(
    title="Coefficient of determination",
    better=HIGHER,
    range=(-float("inf"), 1.0),
    tasks=NUMBERS,
    formula="1 - sum (y - f)^2 / sum (y - mean y)^2",
)
def r2(view: OutcomeView) -> Value:
    """Share of the label's variance that the predictions explain."""
    sums = _errors(view)
    spread = float(sums[7] - sums[6] ** 2 / sums[0])
    if spread <= 0:
        raise NotComputable("the labels are constant")
    return Value(1.0 - float(sums[3]) / spread, int(sums[0]))


@LABELS.metric(title="Predictions without a label", sliced=True, formula="rows without a label / rows")
def labels_pending_share(view: OutcomeView) -> Value:
    """Share of the predictions that have no label yet."""
    return share(view.outcome.rows - view.outcome.labelled, view.outcome.rows)


@LABELS.metric(title="Overdue labels", formula="rows without a label / rows, once labels are expected")
def labels_overdue_share(view: OutcomeView) -> Value:
    """Share of the predictions whose label should have come by now and has not."""
    if not view.awaited:
        raise NotComputable("no labels are known of: none are declared, none are in the reference and none ever came")
    if not view.due:
        raise NotComputable("its labels are not expected yet")
    return share(view.outcome.rows - view.outcome.labelled, view.outcome.rows)


@LABELS.metric(title="Median label delay", unit="s", range=FAR, formula="median of label time - prediction time")
def label_delay_seconds(view: OutcomeView) -> Value:
    """Median time from a prediction to its label."""
    return Value(view.outcome.delays.quantile(0.5), view.outcome.delays.n)


def _scored(
    view: OutcomeView,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    counts = view.binary().counts
    if not counts[0].any() or not counts[1].any():
        raise NotComputable("one class only")
    return counts[0], counts[1]


def _confusion(view: OutcomeView) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    confusion = view.binary().confusion
    if not confusion.any():
        raise NotComputable("no predicted classes")
    return confusion  # type: ignore[return-value]


def _sums(view: OutcomeView) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    sums = view.binary().sums
    if sums[4] == 0:
        raise NotComputable("no scores")
    return sums  # type: ignore[return-value]


def _errors(view: OutcomeView) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    sums = view.regression().sums
    if sums[0] == 0:
        raise NotComputable("no predicted values")
    return sums  # type: ignore[return-value]


def _squared(view: OutcomeView) -> tuple[float, int]:
    """Mean of (score - label)^2: E s^2 - 2 E s y + E y, as y is 0 or 1."""
    sums, positives = _sums(view), float(view.binary().counts[1].sum())
    return max(float(sums[1] - 2 * sums[2] + positives) / float(sums[4]), 0.0), int(sums[4])


def _mean(total: float, squares: float, n: int) -> Value:
    mean = total / n
    error = Z95 * float(np.sqrt(max(squares / n - mean * mean, 0.0) / n))
    return Value(mean, n, (mean - error, mean + error))


def _rate(part: int, whole: int, reason: str) -> Value:
    if whole == 0:
        raise NotComputable(reason)
    return share(part, whole)
