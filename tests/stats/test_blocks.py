"""The floor from blocks of time: a t on log distances, twice the largest where runs are few."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import BlockNull


def test_with_enough_runs_it_is_the_prediction_limit_of_a_t() -> None:
    found = np.random.default_rng(0).lognormal(-3, 0.7, 40)
    null = BlockNull.from_distances(found, disjoint=25, level=0.99)
    logs = np.log(found)
    width = logs.std(ddof=1) * math.sqrt(1 + 1 / 25)
    assert not null.provisional
    assert null.floor == pytest.approx(math.exp(logs.mean() + scipy_stats.t.ppf(0.99, 24) * width), rel=1e-9)
    assert null.p_value(0.3) == pytest.approx(scipy_stats.t.sf((math.log(0.3) - logs.mean()) / width, 24), rel=1e-9)
    assert null.p_value(null.floor) == pytest.approx(0.01, rel=1e-9)


def test_a_new_run_passes_the_floor_at_its_level() -> None:
    rng = np.random.default_rng(1)
    passed = [
        rng.lognormal(-3, 0.7) > BlockNull.from_distances(rng.lognormal(-3, 0.7, 20), disjoint=20, level=0.95).floor
        for _ in range(3_000)
    ]
    assert 0.038 < np.mean(passed) < 0.062


def test_with_few_runs_it_is_twice_the_largest_and_provisional() -> None:
    null = BlockNull.from_distances([0.02, 0.05, 0.01], disjoint=3)
    assert (null.floor, null.provisional, null.p_value(9.0)) == (0.1, True, None)
    runs = np.full(33, 0.05)
    assert BlockNull.from_distances(runs, disjoint=19).provisional
    assert not BlockNull.from_distances(runs, disjoint=20).provisional


def test_a_distance_of_zero_does_not_blow_up_the_spread() -> None:
    found = np.random.default_rng(2).lognormal(-3, 0.4, 30)
    without = BlockNull.from_distances(found, disjoint=30)
    with_zero = BlockNull.from_distances(np.append(found[1:], 0.0), disjoint=30)
    assert with_zero.floor < 1.5 * without.floor


def test_distances_near_zero_say_nothing_of_large_ones() -> None:
    found = np.random.default_rng(3).lognormal(-3, 0.7, 59)
    tiny = np.where(np.arange(59) < 6, 1e-14, found)
    null = BlockNull.from_distances(tiny, disjoint=59)
    assert np.sort(tiny)[-2] <= null.floor <= 2 * tiny.max()
    assert null.p_value(null.floor) == pytest.approx(0.01, rel=1e-6)


def test_no_floor_lies_beyond_twice_the_largest_nor_below_what_one_in_a_hundred_runs_reads() -> None:
    wide = np.geomspace(1e-6, 1.0, 59)
    assert 1.0 <= BlockNull.from_distances(wide, disjoint=59).floor <= 2.0
    seldom = np.concatenate([np.full(56, 1e-12), [2.0, 2.5, 3.0]])
    assert BlockNull.from_distances(seldom, disjoint=59).floor >= 2.5


@pytest.mark.parametrize("disjoint", [8, 59])
def test_a_floor_stays_below_what_the_distance_can_read(disjoint: int) -> None:
    found = 1 / (1 + np.exp(-np.random.default_rng(4).normal(0.5, 1.5, 59)))
    null = BlockNull.from_distances(found, disjoint=disjoint, bound=1.0)
    assert np.sort(found)[-2] <= null.floor < 1.0
    assert BlockNull.from_distances(found, disjoint=disjoint).floor > 1.0
    if disjoint == 59:
        assert null.p_value(null.floor) == pytest.approx(0.01, rel=1e-6)
        assert null.p_value(1.0) == null.p_value(null.most)


def test_far_from_its_bound_a_distance_is_taken_as_it_is() -> None:
    found = np.random.default_rng(5).lognormal(-5, 0.5, 40)
    near, far = (BlockNull.from_distances(found, 40, bound=bound).floor for bound in (20.0, math.inf))
    assert near == pytest.approx(far, rel=0.01)


def test_where_runs_read_the_bound_itself_the_floor_is_there() -> None:
    null = BlockNull.from_distances(np.append(np.full(58, 0.3), 1.0), disjoint=59, bound=1.0)
    assert (null.floor, null.p_value(1.0)) == (1.0, None)
    assert BlockNull.from_distances(np.append(np.full(158, 0.3), 1.0), disjoint=159, bound=1.0).floor < 1.0


@pytest.mark.parametrize("runs", [3, 30])
def test_runs_that_never_differ_from_the_rest_make_anything_new(runs: int) -> None:
    null = BlockNull.from_distances(np.zeros(runs), disjoint=runs)
    assert 0 < null.floor < 1e-300
    assert null.p_value(0.0) == (None if runs == 3 else 1.0)
    assert null.p_value(0.01) == (None if runs == 3 else 0.0)


def test_runs_that_all_read_the_same_pass_no_more_than_that() -> None:
    null = BlockNull.from_distances(np.full(25, 0.07), disjoint=25)
    assert null.floor == pytest.approx(0.07, rel=1e-9)
    assert null.p_value(0.07) == null.p_value(0.01) == null.p_value(0.0) == 1.0
    assert null.p_value(0.0701) == 0.0


@pytest.mark.parametrize(
    ("distances", "disjoint", "reason"),
    [
        ([], 0, "distances is empty"),
        ([0.1, np.nan], 2, "contains NaN"),
        ([0.1, np.inf], 2, "infinite"),
        ([0.1, -0.1], 2, "negative"),
        ([0.1, 0.2], 0, "cannot hold 0"),
        ([0.1, 0.2], 3, "cannot hold 3"),
    ],
)
def test_what_makes_no_null_is_refused(distances: list[float], disjoint: int, reason: str) -> None:
    with pytest.raises(NotComputable, match=reason):
        BlockNull.from_distances(distances, disjoint=disjoint)


@pytest.mark.parametrize("bound", [0.0, -1.0, math.nan])
def test_a_bound_that_is_none_is_refused(bound: float) -> None:
    with pytest.raises(NotComputable, match="bound of a distance"):
        BlockNull.from_distances([0.1, 0.2], disjoint=2, bound=bound)


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf])
@pytest.mark.parametrize("runs", [3, 30])
def test_a_value_that_is_no_distance_is_refused(value: float, runs: int) -> None:
    with pytest.raises(NotComputable, match="a distance is a finite number"):
        BlockNull.from_distances(np.full(runs, 0.1), disjoint=runs).p_value(value)
