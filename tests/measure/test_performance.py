"""Performance from outcomes against scikit-learn on the rows themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as oracle

from modelwatch.domain.errors import NotComputable
from modelwatch.measure import performance
from modelwatch.measure.views import OutcomeView
from modelwatch.profile import BinaryOutcome, RegressionOutcome
from modelwatch.profile.outcome import OUTPUT, PREDICTED, TRUTH, Rows, merge_outcomes
from modelwatch.sketch import build_score_grid

RNG = np.random.default_rng(0)
N = 4000
TRUTHS = (RNG.random(N) < 0.25).astype(float)
SCORES = np.clip(RNG.beta(2, 5, N) + 0.15 * TRUTHS, 0, 1)
GRID = build_score_grid(RNG.beta(2, 5, 20_000), thresholds=[0.5])


def binary(scores: np.ndarray = SCORES, truths: np.ndarray = TRUTHS) -> BinaryOutcome:
    frame = pl.DataFrame({OUTPUT: scores, PREDICTED: (scores >= 0.5).astype(float), TRUTH: truths})
    return BinaryOutcome.grouped(GRID, Rows.of(frame), np.zeros(frame.height, dtype=np.int64), 1)[0]


CLASSES = (SCORES >= 0.5).astype(float)
EXACT: dict[str, float] = {
    "accuracy": oracle.accuracy_score(TRUTHS, CLASSES),
    "precision": oracle.precision_score(TRUTHS, CLASSES),
    "recall": oracle.recall_score(TRUTHS, CLASSES),
    "f1": oracle.f1_score(TRUTHS, CLASSES),
    "mcc": oracle.matthews_corrcoef(TRUTHS, CLASSES),
    "brier": oracle.brier_score_loss(TRUTHS, SCORES),
    "log_loss": oracle.log_loss(TRUTHS, SCORES),
    "false_positive_rate": 1 - oracle.recall_score(1 - TRUTHS, 1 - CLASSES),
    "false_negative_rate": 1 - oracle.recall_score(TRUTHS, CLASSES),
    "label_mean": TRUTHS.mean(),
    "mean_bias": SCORES.mean() - TRUTHS.mean(),
}


@pytest.mark.parametrize("name", EXACT)
def test_equals_scikit_learn(name: str) -> None:
    value = getattr(performance, name)(OutcomeView(binary()))
    assert value.value == pytest.approx(EXACT[name], rel=1e-9)


def test_ranking_metrics_from_bins_are_close_to_the_rows() -> None:
    view = OutcomeView(binary())
    assert performance.roc_auc(view).value == pytest.approx(oracle.roc_auc_score(TRUTHS, SCORES), abs=1e-3)
    exact = oracle.average_precision_score(TRUTHS, SCORES)
    assert performance.average_precision(view).value == pytest.approx(exact, rel=0.02)


def test_rare_positives_keep_their_average_precision() -> None:
    rng = np.random.default_rng(5)
    truths = (rng.random(100_000) < 0.002).astype(float)
    scores = 1 / (1 + np.exp(-(rng.normal(-5, 1.2, 100_000) + 3.5 * truths)))
    grid = build_score_grid(scores)
    frame = pl.DataFrame({OUTPUT: scores, PREDICTED: (scores >= 0.5).astype(float), TRUTH: truths})
    outcome = BinaryOutcome.grouped(grid, Rows.of(frame), np.zeros(frame.height, dtype=np.int64), 1)[0]
    exact = oracle.average_precision_score(truths, scores)
    assert performance.average_precision(OutcomeView(outcome)).value == pytest.approx(exact, rel=0.05)


def test_the_interval_of_the_auc_holds_the_auc() -> None:
    value = performance.roc_auc(OutcomeView(binary()))
    assert value.interval is not None
    low, high = value.interval
    assert low < value.value < high
    assert high - low < 0.06


def test_merged_halves_equal_the_whole() -> None:
    halves = [binary(SCORES[:1500], TRUTHS[:1500]), binary(SCORES[1500:], TRUTHS[1500:])]
    whole, merged = binary(), merge_outcomes(halves)
    assert isinstance(merged, BinaryOutcome)
    assert merged.counts.tolist() == whole.counts.tolist()
    assert merged.confusion.tolist() == whole.confusion.tolist()
    assert merged.sums == pytest.approx(whole.sums)


def test_bytes_keep_the_outcome() -> None:
    outcome = binary()
    again = BinaryOutcome.unpack(GRID, outcome.pack())
    assert again.pack() == outcome.pack()


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_one_class_only_has_no_ranking(name: str) -> None:
    view = OutcomeView(binary(SCORES, np.zeros(N)))
    with pytest.raises(NotComputable, match="one class only"):
        getattr(performance, name)(view)


def test_too_few_labels_are_said() -> None:
    view = OutcomeView(binary(SCORES[:72], TRUTHS[:72]), minimum=100)
    with pytest.raises(NotComputable, match="72 labels, 100 needed"):
        performance.accuracy(view)


def test_rows_without_a_label_wait() -> None:
    frame = pl.DataFrame(
        {OUTPUT: [0.2, 0.8], PREDICTED: [0.0, 1.0], TRUTH: [None, 1.0]}, schema_overrides={TRUTH: pl.Float64}
    )
    outcome = BinaryOutcome.grouped(GRID, Rows.of(frame), np.zeros(2, dtype=np.int64), 1)[0]
    assert performance.labels_pending_share(OutcomeView(outcome)).value == 0.5
    assert performance.labels_overdue_share(OutcomeView(outcome)).value == 0.5
    with pytest.raises(NotComputable, match="not expected yet"):
        performance.labels_overdue_share(OutcomeView(outcome, due=False))


VALUES = RNG.normal(50, 10, N)
GUESSES = VALUES + RNG.normal(1, 3, N)


def regression() -> RegressionOutcome:
    frame = pl.DataFrame({OUTPUT: GUESSES, TRUTH: VALUES})
    return RegressionOutcome.grouped(49.0, Rows.of(frame), np.zeros(N, dtype=np.int64), 1)[0]


REGRESSION: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "mae": oracle.mean_absolute_error,
    "rmse": oracle.root_mean_squared_error,
    "mape": oracle.mean_absolute_percentage_error,
    "r2": oracle.r2_score,
}


@pytest.mark.parametrize("name", REGRESSION)
def test_regression_equals_scikit_learn(name: str) -> None:
    value = getattr(performance, name)(OutcomeView(regression()))
    assert value.value == pytest.approx(REGRESSION[name](VALUES, GUESSES), rel=1e-9)


def test_regression_bias_has_its_sign() -> None:
    assert performance.mean_bias(OutcomeView(regression())).value == pytest.approx((GUESSES - VALUES).mean())
