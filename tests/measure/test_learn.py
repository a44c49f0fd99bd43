"""What a reference says of its own days, and what is made of it where its days lie far apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modelwatch.app import build_catalog
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import MODEL_VERSION, TIMESTAMP, ColumnKind, Task
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Status, Value
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.measure import Reference, Setting, learn_reference, measure_profile
from modelwatch.measure.views import ColumnView
from modelwatch.profile import build_plan, profile_batch
from modelwatch.profile.block import Block
from modelwatch.profile.profile import merge_profiles
from modelwatch.sketch import NumericSketch

DAYS, ROWS = 40, 240


def mean_shift(view: ColumnView) -> Value:
    """A plugin's signed distance."""
    reference = view.reference
    if not isinstance(reference, NumericSketch):
        raise NotComputable("no reference")
    return Value(view.numbers().mean - reference.mean, view.current.rows)


def rows(day_mean: np.ndarray) -> pl.DataFrame:
    """Days whose values lie close together, each around a mean of its own."""
    rng = np.random.default_rng(6)
    instants = np.arange(day_mean.size * ROWS) * (DAY // ROWS)
    calm = rng.normal(0, 1, instants.size)
    return pl.DataFrame({"wild": np.repeat(day_mean, ROWS) + calm / 100, "calm": calm}).with_columns(
        pl.Series(TIMESTAMP, instants).cast(pl.Datetime("us", "UTC")), pl.lit("").alias(MODEL_VERSION)
    )


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    catalog = build_catalog(Path(tmp_path_factory.mktemp("home")))
    catalog.metrics.add(
        Metric(
            name="mean_shift", title="", family=Family.DRIFT, scope=Scope.COLUMN, better=Better.NEAR,
            incident=Kind.DRIFT, formula="", source="", compute=mean_shift,
            kinds=frozenset({ColumnKind.NUMERIC}), range=(-np.inf, np.inf), spans="all",
        )
    )  # fmt: skip
    means = np.random.default_rng(7).permutation(np.linspace(0, 10, DAYS))
    frame = rows(means)
    features = {"wild": ColumnKind.NUMERIC, "calm": ColumnKind.NUMERIC}
    plan = build_plan(frame, calendar=Calendar(DAY), task=Task.NONE, features=features)
    bare = Setting(plan=plan, catalog=catalog, spans=(1, 7), minimum=1)
    return Setting(
        plan=plan, catalog=catalog, spans=(1, 7), minimum=1, reference=learn_reference(bare, blocks(bare, frame))
    )


def blocks(setting: Setting, frame: pl.DataFrame) -> list[Block]:
    found: dict[Window, list[Block]] = {}
    for each in profile_batch(setting.plan, frame):
        window = setting.plan.calendar.window_of(each.window.start)
        found.setdefault(window, []).append(Block(window, each.profile))
    return [
        Block(window, merge_profiles([part.profile for part in parts if part.profile is not None]))
        for window, parts in sorted(found.items())
    ]


def measured(setting: Setting, shift: float) -> dict[tuple[str, str], Measurement]:
    frame = rows(np.array([5.0])).with_columns(pl.col("wild") + shift, pl.col("calm") + shift)
    [block] = blocks(setting, frame)
    assert block.profile is not None
    return {
        (m.series.metric, m.series.column): m for m in measure_profile(setting, block.window, "", {1: block.profile})
    }


def learned(setting: Setting) -> Reference:
    assert setting.reference is not None
    return setting.reference


def test_where_days_lie_as_far_apart_as_can_be_psi_says_that_it_cannot_tell(setting: Setting) -> None:
    found = measured(setting, 100.0)
    psi = found["psi", "wild"]
    assert (psi.value, psi.status) == (None, Status.NOT_COMPUTED)
    assert psi.reason is not None
    assert "cannot tell the one from the other" in psi.reason


def test_how_far_values_went_is_told_all_the_same(setting: Setting) -> None:
    for shift, past in ((0.0, False), (100.0, True)):
        far = measured(setting, shift)["wasserstein_normed", "wild"]
        assert far.value is not None
        assert far.noise_floor is not None
        assert (far.value > far.noise_floor) is past


def test_a_metric_in_force_is_passed_by_a_column_that_has_gone(setting: Setting) -> None:
    gone = measured(setting, 1e6)
    for (metric, column, span), spread in learned(setting).spreads.items():
        if span == 1 and not spread.is_blind:
            read = gone[metric, column]
            assert abs(read.value or 0) > (read.noise_floor or 0), (metric, column)


def test_a_plugins_signed_metric_has_a_floor_of_the_size_of_its_distances(setting: Setting) -> None:
    spread = learned(setting).spreads["mean_shift", "wild", 1]
    assert min(spread.distances) >= 0
    assert max(spread.distances) / 2 < spread.null.floor <= 2 * max(spread.distances)
    shifted = measured(setting, -100.0)["mean_shift", "wild"]
    assert shifted.value == pytest.approx(-100, rel=0.05)
    assert shifted.p_value is not None
    assert shifted.p_value < 0.01


def test_what_was_learned_is_read_as_it_was_written(setting: Setting) -> None:
    reference = learned(setting)
    again = Reference.from_derived(reference.pooled, reference.derived_to_bytes())
    assert again.spreads == reference.spreads
    assert again.baselines == reference.baselines
    assert again.usually_bare == reference.usually_bare == (0, DAY // ROWS)


def test_no_distance_is_computed_of_a_day_that_is_covered_in_part(setting: Setting) -> None:
    for hours, computed in ((24, True), (22, True), (12, False)):
        frame = rows(np.array([5.0])).head(ROWS * hours // 24)
        [block] = blocks(setting, frame)
        assert block.profile is not None
        found = measure_profile(setting, block.window, "2", {1: block.profile})
        drift = [m for m in found if m.series.metric in ("ks", "psi", "mean_shift") and m.series.column == "calm"]
        assert len(drift) == 3
        assert all((m.value is not None) is computed for m in drift)
        reasons = {m.reason for m in drift}
        assert reasons == {None if computed else "version 2 covers only 12 h of this window"}


def test_what_was_learned_before_blocks_had_bare_ends_goes_by_the_longest_gap(setting: Setting) -> None:
    old = replace(learned(setting), bare=None, longest_gap=7)
    assert Reference.from_derived(old.pooled, old.derived_to_bytes()).usually_bare == (7, 7)
