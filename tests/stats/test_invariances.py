"""What holds for every member of a family: a new statistic is one more entry in a table below."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch import stats

BINNED = {
    "psi": stats.psi,
    "kl": stats.kl,
    "jensen_shannon": stats.jensen_shannon,
    "hellinger": stats.hellinger,
    "total_variation": stats.total_variation,
    "chi2": lambda reference, current: stats.chi2(reference, current).statistic,
    "cramers_v": lambda reference, current: stats.chi2(reference, current).cramers_v,
    "ks_from_counts": lambda reference, current: stats.ks_from_counts(reference, current)[0],
    "wasserstein_on": lambda reference, current: float(
        stats.wasserstein_on(reference, current, positions=np.arange(len(reference)))
    ),
}
ORDERED = {"ks_from_counts", "wasserstein_on"}
ASYMMETRIC = {"kl"}
SAMPLES = {"ks": stats.ks, "wasserstein": stats.wasserstein}
SCORED = {
    "roc_auc": stats.roc_auc,
    "average_precision": stats.average_precision,
    "log_loss": stats.log_loss,
    "brier": stats.brier,
    "ece": stats.ece,
    "delong": lambda y_true, y_score: stats.delong(y_true, y_score).variance,
}
DECIDED = {
    "accuracy": stats.accuracy,
    "balanced_accuracy": stats.balanced_accuracy,
    "precision": stats.precision,
    "recall": stats.recall,
    "f1": stats.f1,
    "false_positive_rate": stats.false_positive_rate,
    "false_negative_rate": stats.false_negative_rate,
    "mcc": stats.mcc,
}
Measure = Callable[..., float]
CLOSE = {"rel": 1e-9, "abs": 1e-12}


def members(family: dict[str, Measure]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", family)


@st.composite
def tables(draw: st.DrawFn, *, least: int = 0) -> tuple[np.ndarray, np.ndarray]:
    bins = draw(st.integers(2, 12))
    row = st.lists(st.integers(least, 1000), min_size=bins, max_size=bins).filter(
        lambda counts: np.count_nonzero(counts) >= 2
    )
    return np.array(draw(row)), np.array(draw(row))


samples = st.lists(st.one_of(st.integers(-3, 3).map(float), st.floats(-100, 100)), min_size=1, max_size=30)
scored = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))),
    min_size=1,
    max_size=40,
).map(lambda rows: [*rows, (0, 0, 0.1), (0, 1, 0.4), (1, 0, 0.4), (1, 1, 0.8)])


@members(BINNED)
@given(sides=tables())
def test_identical_counts_read_zero(name: str, sides: tuple[np.ndarray, np.ndarray]) -> None:
    assert BINNED[name](sides[0], sides[0]) == 0.0
    assert BINNED[name](sides[0], sides[0] * 3) == pytest.approx(0.0, abs=1e-7)


@members({name: each for name, each in BINNED.items() if name not in ASYMMETRIC})
@given(sides=tables())
def test_either_side_may_come_first(name: str, sides: tuple[np.ndarray, np.ndarray]) -> None:
    reference, current = sides
    assert BINNED[name](reference, current) == pytest.approx(BINNED[name](current, reference), **CLOSE)


def test_kl_is_of_the_current_from_the_reference() -> None:
    # A category that the reference hardly has weighs more when it comes than when it goes.
    assert stats.kl([999, 1], [500, 500]) > 2 * stats.kl([500, 500], [999, 1])


@members({name: each for name, each in BINNED.items() if name not in ORDERED})
@given(sides=tables(), seed=st.integers(0, 99))
def test_the_order_of_the_categories_does_not_matter(
    name: str, sides: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(sides[0].size)
    assert BINNED[name](sides[0][order], sides[1][order]) == pytest.approx(BINNED[name](*sides), **CLOSE)


@members({name: each for name, each in BINNED.items() if name in ORDERED})
@given(sides=tables())
def test_the_direction_of_the_values_does_not_matter(name: str, sides: tuple[np.ndarray, np.ndarray]) -> None:
    assert BINNED[name](sides[0][::-1], sides[1][::-1]) == pytest.approx(BINNED[name](*sides), **CLOSE)


@members({name: each for name, each in BINNED.items() if name not in ORDERED})
@given(sides=tables(least=100))
def test_merging_bins_shows_no_more(name: str, sides: tuple[np.ndarray, np.ndarray]) -> None:
    # From 100 on no share falls under the floor of psi and kl, which adds up when bins merge.
    reference, current = (np.concatenate([side, [500]]) for side in sides)
    merged = [np.concatenate([[side[0] + side[1]], side[2:]]) for side in (reference, current)]
    assert BINNED[name](*merged) <= BINNED[name](reference, current) + 1e-12


@members({name: each for name, each in BINNED.items() if name != "wasserstein_on"})
@given(sides=tables())
def test_a_bin_that_nobody_fills_changes_nothing(name: str, sides: tuple[np.ndarray, np.ndarray]) -> None:
    padded = [np.insert(side, 1, 0) for side in sides]
    assert BINNED[name](*padded) == pytest.approx(BINNED[name](*sides), **CLOSE)


@members(SAMPLES)
@given(first=samples, second=samples, seed=st.integers(0, 99))
def test_samples_have_no_order_and_no_side(name: str, first: list[float], second: list[float], seed: int) -> None:
    measure, rng = SAMPLES[name], np.random.default_rng(seed)
    found = measure(first, second)
    assert measure(rng.permutation(first), rng.permutation(second)) == pytest.approx(found, **CLOSE)
    assert measure(second, first) == pytest.approx(found, **CLOSE)
    assert measure(first, first) == 0.0
    assert measure(np.repeat(first, 3), second) == pytest.approx(found, **CLOSE)


@given(samples, samples, st.floats(0.5, 4))
def test_wasserstein_moves_with_the_unit_and_ks_does_not(first: list[float], second: list[float], unit: float) -> None:
    a, b = np.array(first), np.array(second)
    assert stats.wasserstein(a * unit + 7, b * unit + 7) == pytest.approx(
        unit * stats.wasserstein(a, b), rel=1e-9, abs=1e-9
    )
    assert stats.ks(a * 4, b * 4) == stats.ks(a, b)


@members(SCORED)
@given(rows=scored, seed=st.integers(0, 99))
def test_the_order_of_scored_rows_does_not_matter(name: str, rows: list[tuple[int, int, float]], seed: int) -> None:
    truth, _, scores = (np.array(column) for column in zip(*rows, strict=True))
    order = np.random.default_rng(seed).permutation(truth.size)
    assert SCORED[name](truth[order], scores[order]) == pytest.approx(SCORED[name](truth, scores), **CLOSE)


@members({name: each for name, each in SCORED.items() if name != "delong"} | DECIDED)
@given(rows=scored, weight=st.floats(0.1, 10))
def test_one_weight_for_all_is_none(name: str, rows: list[tuple[int, int, float]], weight: float) -> None:
    truth, decision, scores = (np.array(column) for column in zip(*rows, strict=True))
    measure, other = (SCORED[name], scores) if name in SCORED else (DECIDED[name], decision)
    assert measure(truth, other, sample_weight=np.full(truth.size, weight)) == pytest.approx(
        measure(truth, other), **CLOSE
    )


@members(DECIDED)
@given(rows=scored, seed=st.integers(0, 99))
def test_the_order_of_decided_rows_does_not_matter(name: str, rows: list[tuple[int, int, float]], seed: int) -> None:
    truth, decision, _ = (np.array(column) for column in zip(*rows, strict=True))
    order = np.random.default_rng(seed).permutation(truth.size)
    assert DECIDED[name](truth[order], decision[order]) == pytest.approx(DECIDED[name](truth, decision), **CLOSE)


@members(BINNED | SAMPLES | SCORED | DECIDED)
def test_numbers_come_as_plain_floats(name: str) -> None:
    measure = (BINNED | SAMPLES | SCORED | DECIDED)[name]
    # NumPy's own numbers print and serialise otherwise.
    assert type(measure([0, 1, 1, 0], [1, 0, 1, 0])) is float
