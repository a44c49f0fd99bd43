"""Nulls: floors and p-values agree with each other and with the distributions they stand for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import ClosedFormNull, DrawnNull, KsNull, ks

SAMPLE = np.sort(np.random.default_rng(0).chisquare(5, 199) / 100)
NULLS = {
    "closed": ClosedFormNull(scale=0.01, degrees=5, rooted=False),
    "closed, rooted": ClosedFormNull(scale=0.01, degrees=5, rooted=True),
    "drawn": DrawnNull(SAMPLE, rooted=False),
    "drawn, rooted": DrawnNull(np.sqrt(SAMPLE), rooted=True),
    "ks": KsNull(50_000, 900),
}
nulls = pytest.mark.parametrize("null", NULLS.values(), ids=NULLS)


@nulls
def test_p_falls_with_the_value_and_is_the_rest_of_the_level_at_the_floor(null: DrawnNull) -> None:
    found = [null.p_value(value) for value in np.linspace(0, 5 * null.floor, 200).clip(0, 1)]
    assert found[0] == 1.0
    assert (np.diff(found) <= 0).all()
    assert 0 <= found[-1] < 1e-6
    # Asymptotic floor against exact p-value for ks; for draws the share that lies above.
    assert null.p_value(null.floor * (1 + 1e-6)) == pytest.approx(0.01, rel=0.05)


@nulls
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_refused(null: DrawnNull, value: float) -> None:
    with pytest.raises(NotComputable):
        null.p_value(value)


def test_the_closed_form_is_scaled_chi_squared() -> None:
    for level in (0.9, 0.99, 0.999):
        null = ClosedFormNull(scale=0.03, degrees=7, rooted=False, level=level)
        assert null.floor == pytest.approx(0.03 * scipy_stats.chi2.ppf(level, 7), rel=1e-12)
        assert ClosedFormNull(0.03, 7, rooted=True, level=level).floor == pytest.approx(math.sqrt(null.floor))
    assert ClosedFormNull(0.03, 7, rooted=False).p_value(0.2) == pytest.approx(scipy_stats.chi2.sf(0.2 / 0.03, 7))


def test_one_bin_alone_lets_nothing_pass() -> None:
    null = ClosedFormNull(scale=0.03, degrees=0, rooted=True)
    assert (null.floor, null.p_value(0.0), null.p_value(1e-9)) == (0.0, 1.0, 0.0)


def test_draws_are_counted_with_the_value_itself() -> None:
    null = DrawnNull(np.arange(1.0, 200.0), rooted=False)
    assert null.floor == 198.0
    assert null.p_value(199.0) == 2 / 200
    assert null.p_value(100.0) == 101 / 200
    assert null.p_value(100.0 * (1 + 1e-12)) == 101 / 200  # the same table, its sum rounded otherwise


@pytest.mark.parametrize("rooted", [False, True])
@pytest.mark.parametrize("degrees", [1, 9, 100])
def test_p_goes_on_beyond_the_draws_within_a_factor(degrees: int, rooted: bool) -> None:
    rng = np.random.default_rng(degrees)
    beyond = scipy_stats.chi2.isf(1e-5, degrees) ** (0.5 if rooted else 1)
    logs = []
    for _ in range(200):
        sample = np.sort(rng.chisquare(degrees, 199)) ** (0.5 if rooted else 1)
        logs.append(math.log10(DrawnNull(sample, rooted=rooted).p_value(beyond)))
    # Twice as many digits as 199 draws could ever show, on the quiet side on the whole.
    assert -5.5 < np.median(logs) < -4


def test_one_column_of_fifteen_can_be_found_from_199_draws() -> None:
    assert DrawnNull(SAMPLE, rooted=False).p_value(3 * SAMPLE[-1]) < 0.05 / 15


def test_equal_draws_say_no_more_than_their_number() -> None:
    null = DrawnNull(np.full(199, 0.2), rooted=True)
    assert null.floor == 0.2
    assert null.p_value(0.2) == 1.0
    assert null.p_value(0.3) == 1 / 200


def test_the_ks_floor_is_the_asymptotic_quantile() -> None:
    # Critical values at 5 %, n = m.
    for n, critical in {1_000: 0.0607, 10_000: 0.0192, 100_000: 0.0061}.items():
        assert KsNull(n, n, level=0.95).floor == pytest.approx(critical, abs=6e-5)
    assert KsNull(1, 1).floor == 1.0
    with pytest.raises(NotComputable, match="at least one value"):
        _ = KsNull(0, 10).floor


@pytest.mark.parametrize("sizes", [(5_000, 1_200), (800, 600)])
def test_the_limit_of_the_ks_p_value_is_near_the_exact_one_and_fits_the_floor(sizes: tuple[int, int]) -> None:
    limit, exact = KsNull(*sizes, exact=False), KsNull(*sizes)
    assert limit.p_value(limit.floor) == pytest.approx(0.01)
    for value in (0.5 * limit.floor, limit.floor, 1.5 * limit.floor):
        assert limit.p_value(value) == pytest.approx(exact.p_value(value), rel=0.15)
    with pytest.raises(NotComputable, match="at least one value"):
        KsNull(0, 10, exact=False).p_value(0.5)


def test_the_ks_floor_is_passed_at_its_level() -> None:
    rng = np.random.default_rng(6)
    null = KsNull(500, 300, level=0.95)
    passed = [ks(rng.random(500), rng.random(300)) > null.floor for _ in range(2_000)]
    assert 0.03 < np.mean(passed) < 0.06
