"""What a value would have to pass: as the verdicts of the same rules tell it."""

from __future__ import annotations

import pytest
from tests.read.conftest import Desk

from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Baseline, Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.measure import Reference
from modelwatch.profile.block import Block
from modelwatch.read.limits import Limit, band_of, limits_of
from modelwatch.spec import parse
from modelwatch.work import Watched

WINDOW = Window(0, DAY)
SPEC = """
model: m
task: binary
columns: {score: out, features: {temp: numeric}}
windows: {size: 1d, lateness: 0h, spans: [1]}
"""
SCORE = Series("roc_auc", "prediction")


def _watched(desk: Desk, baseline: Baseline | None = None) -> Watched:
    reference = None if baseline is None else Reference(Block(WINDOW), baselines={SCORE: baseline})
    return Watched(1, ModelKey("m"), parse(SPEC, catalog=desk.catalog), desk.catalog, reference=reference)


def test_a_plain_level_is_told_as_it_stands(desk: Desk) -> None:
    assert limits_of(_watched(desk), Series("psi", "prediction"), WINDOW)[0] == Limit(0.1, Status.WARNING)


def test_a_level_below_the_reference_is_the_harder_of_it_and_its_scatter(desk: Desk) -> None:
    steady = limits_of(_watched(desk, Baseline(0.70, 0.001, 30)), SCORE, WINDOW, value=0.0)
    assert [round(each.value, 3) for each in steady] == [0.67, 0.65]
    loose = limits_of(_watched(desk, Baseline(0.70, 0.02, 30)), SCORE, WINDOW, value=0.0)
    assert [round(each.value, 3) for each in loose] == [0.64, 0.64]


def test_without_a_reference_there_is_nothing_to_be_below(desk: Desk) -> None:
    assert limits_of(_watched(desk), SCORE, WINDOW) == []


@pytest.mark.parametrize(("blocks", "band"), [(30, (0.4, 1.0)), (1, None)])
def test_a_band_needs_more_than_one_block(blocks: int, band: tuple[float, float] | None) -> None:
    found = band_of(Baseline(0.7, 0.1, blocks))
    assert found == (band if band is None else pytest.approx(band))
