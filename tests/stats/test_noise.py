"""Noise floors of independent rows: false alarms come at their level, for few categories and for many."""

from __future__ import annotations

import numpy as np
import pytest

from modelwatch.domain.errors import NotComputable, UnknownName
from modelwatch.stats import (
    ClosedFormNull,
    DrawnNull,
    IndependentNull,
    Null,
    chi2,
    distances,
    null_of,
    nulls_of,
    wasserstein_on,
)
from modelwatch.stats.dealing import Deal

PLACES = np.linspace(0.0, 4.0, 500) ** 3


def measured(metric: str, reference: np.ndarray, current: np.ndarray) -> float:
    match metric:
        case "chi2":
            return chi2(reference, current).statistic
        case "cramers_v":
            return chi2(reference, current).cramers_v
        case "wasserstein":
            return float(wasserstein_on(reference, current, positions=PLACES[: reference.size]))
        case _:
            return float(distances(metric, reference, current))


def positions(metric: str, bins: int) -> np.ndarray | None:
    return PLACES[:bins] if metric == "wasserstein" else None


METRICS = ["psi", "kl", "jensen_shannon", "hellinger", "total_variation", "chi2", "cramers_v", "wasserstein"]
metrics = pytest.mark.parametrize("metric", METRICS)


@metrics
def test_false_alarms_come_at_the_level_where_bins_are_full(metric: str) -> None:
    rng = np.random.default_rng(1)
    shares = np.array([0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.05, 0.05])
    passed, small = 0, 0
    for seed in range(600):
        reference, current = rng.multinomial(20_000, shares), rng.multinomial(2_000, shares)
        null = null_of(metric, reference, current, positions=positions(metric, 8), seed=seed, level=0.95)
        value = measured(metric, reference, current)
        passed += value > null.floor
        small += null.p_value(value) <= 0.05
    assert 0.025 < passed / 600 < 0.08
    assert 0.025 < small / 600 < 0.08


RARE = {
    "50 levels, m = 100": (np.full(50, 1 / 50), 5_000, 100),
    "200 levels, m = 200": (np.full(200, 1 / 200), 2_000, 200),
    "Zipf": (1 / np.arange(1, 301) / (1 / np.arange(1, 301)).sum(), 300, 300),
}


@pytest.mark.parametrize("metric", ["psi", "jensen_shannon", "chi2"])
@pytest.mark.parametrize("shape", RARE)
def test_false_alarms_come_at_the_level_where_categories_are_many(metric: str, shape: str) -> None:
    # The closed form gives .9 and 1.0 on the first two, and is blind or alarmed throughout on the third.
    shares, n, m = RARE[shape]
    rng = np.random.default_rng(2)
    small = 0
    for seed in range(200):
        reference, current = rng.multinomial(n, shares), rng.multinomial(m, shares)
        null = null_of(metric, reference, current, seed=seed)
        assert isinstance(null, DrawnNull)
        small += null.p_value(measured(metric, reference, current)) <= 0.05
    assert 0.01 < small / 200 < 0.1


@metrics
def test_a_change_passes_the_floor(metric: str) -> None:
    rng = np.random.default_rng(3)
    reference, current = rng.multinomial(20_000, [0.25] * 4), rng.multinomial(2_000, [0.4, 0.3, 0.2, 0.1])
    null = null_of(metric, reference, current, positions=positions(metric, 4))
    value = measured(metric, reference, current)
    assert value > 2 * null.floor
    assert null.p_value(value) < 1e-6


@pytest.mark.parametrize("metric", ["psi", "kl", "jensen_shannon", "hellinger", "chi2", "cramers_v"])
def test_closed_form_and_draws_agree_where_both_hold(metric: str) -> None:
    reference, current = np.full(20, 5_000), np.full(20, 300)
    closed = null_of(metric, reference, current)
    assert isinstance(closed, ClosedFormNull)
    deal = Deal.of(reference + current, m=int(current.sum()), draws=4_999, seed=0)
    drawn = np.quantile(deal.distances(metric), 0.99)
    assert drawn == pytest.approx(closed.floor, rel=0.04)


@pytest.mark.parametrize("more", [0, -1])
@pytest.mark.parametrize(("metric", "needed"), [("psi", 20), ("jensen_shannon", 20), ("chi2", 5), ("cramers_v", 5)])
def test_the_closed_form_needs_enough_expected_in_every_bin_of_either_side(metric: str, needed: int, more: int) -> None:
    # With n = 20 m a bin of 21 times `needed` rows in all expects `needed` of the smaller side.
    least = 21 * needed + more
    rest = 21_000 - least
    reference = np.array([round(rest * 20 / 21), least])
    current = np.array([rest - reference[0], 0])
    reference[1], current[1] = least - needed, needed
    expected = min(reference.sum(), current.sum()) * least / 21_000
    assert (expected >= needed) == (more == 0)
    assert isinstance(null_of(metric, reference, current), ClosedFormNull) == (more == 0)


def test_bins_empty_on_both_sides_do_not_count() -> None:
    full = null_of("psi", [500, 500], [100, 100])
    padded = null_of("psi", [500, 0, 500, 0], [100, 0, 100, 0])
    assert padded == full


def test_the_floor_shrinks_with_the_rows() -> None:
    shares = np.array([5, 3, 1, 1])
    floors = [null_of("psi", shares * 1_000, shares * size).floor for size in (10, 100, 1_000, 10_000)]
    assert floors == sorted(floors, reverse=True)
    # psi: f''(1) = 2, three degrees of freedom, the 99th percentile 11.345.
    assert floors[1] == pytest.approx((1 / 10_000 + 1 / 1_000) * 11.345, rel=1e-4)


def test_several_metrics_share_one_deal_and_read_the_same() -> None:
    reference, current = [500, 300, 7, 1], [90, 70, 2, 0]
    together = nulls_of(METRICS, reference, current, positions=PLACES[:4], seed=4)
    assert list(together) == METRICS
    for metric, null in together.items():
        alone = null_of(metric, reference, current, positions=PLACES[:4], seed=4)
        assert null.floor == alone.floor


@metrics
@pytest.mark.parametrize("m", [50, 5_000])
def test_the_null_of_size_alone_agrees_with_that_of_counts(metric: str, m: int) -> None:
    shares = np.append(np.full(19, 0.05), [0.049, 0.001])
    rng = np.random.default_rng(7)
    reference = rng.multinomial(50_000, shares)
    ready = IndependentNull(metric, reference, positions=positions(metric, 21), draws=1_999)
    floors = [
        null_of(metric, reference, rng.multinomial(m, shares), positions=positions(metric, 21), draws=1_999).floor
        for _ in range(5)
    ]
    assert ready.at(m).floor == pytest.approx(np.median(floors), rel=0.12)


@pytest.mark.parametrize("metric", ["psi", "jensen_shannon", "total_variation"])
def test_the_null_of_size_alone_keeps_its_level_for_a_category_of_few_rows(metric: str) -> None:
    rng = np.random.default_rng(9)
    shares = np.array([0.999, 0.001])
    small = 0
    for seed in range(400):
        reference, current = rng.multinomial(50_000, shares), rng.multinomial(900, shares)
        null = IndependentNull(metric, reference, seed=seed).at(900)
        small += null.p_value(measured(metric, reference, current)) <= 0.05
    assert small / 400 < 0.08


def test_a_null_of_size_alone_is_made_once_and_does_not_hang_on_what_was_asked_before() -> None:
    reference = [5_000, 3_000, 40]
    one, other = IndependentNull("psi", reference), IndependentNull("psi", reference)
    first = one.at(60)
    assert one.at(60) is first
    other.at(61)
    assert other.at(60).floor == first.floor


def test_a_reference_of_rare_categories_leaves_the_word_to_both_samples() -> None:
    rng = np.random.default_rng(8)
    shares, n, m = RARE["Zipf"]
    false = 0
    for seed in range(200):
        reference, current = rng.multinomial(n, shares), rng.multinomial(m, shares)
        null = IndependentNull("jensen_shannon", reference, seed=seed)
        with pytest.raises(NotComputable, match="too seldom"):
            null.at(m)
        false += null.against(current).p_value(measured("jensen_shannon", reference, current)) <= 0.05
    assert false / 200 < 0.1  # the reference alone gives 1.0


def test_a_tail_of_rare_bins_does_not_silence_wasserstein() -> None:
    counts = [50_000, 30, 3, 2, 1]
    null: Null = IndependentNull("wasserstein", counts, positions=[0.0, 1.0, 10.0, 100.0, 1000.0]).at(40_000)
    assert null.floor > 0


def test_against_picks_the_size_of_the_sample() -> None:
    nulls = IndependentNull("psi", [5_000, 3_000, 2_000])
    assert nulls.against([50, 30, 20]) == nulls.at(100)


def test_unknown_metrics_and_unfit_counts_are_refused() -> None:
    with pytest.raises(UnknownName, match=r"'ks'.*cramers_v.*wasserstein"):
        null_of("ks", [1, 2], [1, 2])
    with pytest.raises(NotComputable, match="current is empty"):
        null_of("psi", [1, 2], [0, 0])
    with pytest.raises(NotComputable, match="whole numbers"):
        null_of("psi", [1.5, 2], [1, 2])
    with pytest.raises(NotComputable, match="whole numbers"):
        null_of("psi", [1.5, 2], [0.5, 1])
    with pytest.raises(NotComputable, match="at least one draw"):
        null_of("psi", [1, 2], [1, 2], draws=0)
    with pytest.raises(NotComputable, match="at least one row"):
        IndependentNull("psi", [100, 100]).at(0)
    with pytest.raises(NotComputable, match="level"):
        _ = null_of("psi", [100, 100], [50, 50], level=1.0).floor
