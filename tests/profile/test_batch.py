"""Profiles of batches: the oracle is a plain group-by, the law is that any split gives the same profiles."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
import pytest

from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.profile import Plan, Profile, SliceProfile, build_plan, profile_batch, slice_batch
from modelwatch.profile.profile import merge_profiles
from modelwatch.sketch import CategorySketch, NumericSketch, PresenceSketch

ROWS = 2000
FEATURES = {
    "age": ColumnKind.NUMERIC,
    "city": ColumnKind.CATEGORICAL,
    "member": ColumnKind.BOOLEAN,
    "note": ColumnKind.TEXT,
}


def frame(seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    start = parse_instant("2013-03-09T00:00:00Z")
    instants = start + rng.integers(0, 3 * DAY, ROWS)
    age = rng.normal(40, 10, ROWS)
    return pl.DataFrame(
        {
            "timestamp": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "model_version": rng.choice(["1", "2"], ROWS),
            "score": rng.beta(2, 5, ROWS),
            "latency_ms": rng.exponential(30, ROWS),
            "error": rng.random(ROWS) < 0.02,
            "age": [None if rng.random() < 0.05 else float(v) for v in age],
            "city": rng.choice(["Oslo", "Rome", "Lima", "Bonn"], ROWS, p=[0.5, 0.3, 0.15, 0.05]),
            "member": rng.random(ROWS) < 0.5,
            "note": ["x"] * ROWS,
        }
    )


@pytest.fixture(scope="module")
def plan() -> Plan:
    calendar = Calendar(DAY, "America/New_York")
    return build_plan(frame(1), calendar=calendar, task=Task.BINARY, features=FEATURES, segments=["city"])


def by_window(profiles: Iterable[tuple[str, int, Profile]]) -> dict[tuple[str, int], list[Profile]]:
    found: dict[tuple[str, int], list[Profile]] = {}
    for version, start, profile in profiles:
        found.setdefault((version, start), []).append(profile)
    return found


def test_each_window_counts_its_own_rows(plan: Plan) -> None:
    rows = frame()
    found = profile_batch(plan, rows)
    expected = rows.group_by("model_version", pl.col("timestamp").dt.truncate("1h").dt.epoch("us").alias("start")).agg(
        pl.len().alias("rows"),
        pl.col("age").sum().alias("age"),
        pl.col("age").null_count().alias("missing"),
        pl.col("error").sum(),
    )
    assert len(found) == expected.height
    for version, start, count, total, missing, errors in expected.iter_rows():
        [profile] = [each.profile for each in found if (each.version, each.window.start) == (version, start)]
        age = profile.columns["age"]
        assert isinstance(age, NumericSketch)
        assert (profile.rows, age.absent, profile.errors) == (count, missing, errors)
        assert age.sums.sum() == pytest.approx(total)


def test_any_split_and_order_gives_the_same_counts(plan: Plan) -> None:
    rows = frame()
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=3)
    whole = {(each.version, each.window.start): each.profile for each in profile_batch(plan, rows)}
    pieces = [piece for cut in range(0, ROWS, 700) for piece in profile_batch(plan, shuffled[cut : cut + 700])]
    merged = by_window((each.version, each.window.start, each.profile) for each in pieces)
    assert merged.keys() == whole.keys()
    for key, parts in merged.items():
        one, other = whole[key], merge_profiles(parts)
        assert (one.rows, one.first, one.last, one.errors) == (
            other.rows,
            other.first,
            other.last,
            other.errors,
        )
        assert dict(sorted(one.latency.counts.items())) == dict(sorted(other.latency.counts.items()))
        for name, sketch in one.columns.items():
            twin = other.columns[name]
            if isinstance(sketch, (NumericSketch, CategorySketch)):
                assert isinstance(twin, (NumericSketch, CategorySketch))
                assert sketch.counts.tolist() == twin.counts.tolist()
            else:
                assert sketch == twin


def test_a_profile_is_read_as_it_was_written(plan: Plan) -> None:
    profile = profile_batch(plan, frame())[0].profile
    again = Profile.from_bytes(plan, profile.to_bytes())
    assert again.to_bytes() == profile.to_bytes()
    assert (again.rows, again.first, again.error_rows) == (profile.rows, profile.first, profile.error_rows)


def test_a_plan_is_read_as_it_was_written(plan: Plan) -> None:
    assert Plan.from_bytes(plan.to_bytes()).to_bytes() == plan.to_bytes()


def test_a_column_that_is_not_there_is_missing(plan: Plan) -> None:
    rows = frame().drop("age", "city", "note")
    for each in profile_batch(plan, rows):
        for name in ("age", "city", "note"):
            assert each.profile.columns[name].missing == each.profile.rows


def test_unknown_categories_are_kept_apart(plan: Plan) -> None:
    rows = frame().with_columns(pl.lit("Kyiv").alias("city"))
    city = merge_profiles([each.profile for each in profile_batch(plan, rows)]).columns["city"]
    assert isinstance(city, CategorySketch)
    assert city.unseen == {"Kyiv": ROWS}


def test_text_is_only_counted_as_present(plan: Plan) -> None:
    note = merge_profiles([each.profile for each in profile_batch(plan, frame())]).columns["note"]
    assert note == PresenceSketch(ROWS, 0)


def test_slices_follow_local_days(plan: Plan) -> None:
    rows = frame()
    local = rows.with_columns(pl.col("timestamp").dt.convert_time_zone("America/New_York").dt.date().alias("day"))
    expected = local.group_by("model_version", "day", "city").len()
    total = 0
    for each in slice_batch(plan, rows):
        hours = (each.window.end - each.window.start) // HOUR
        assert hours in (23, 24)  # 10 March 2013 has 23 hours in New York
        total += int(each.profile.rows.sum())
    assert total == expected["len"].sum() == ROWS


def test_slice_arrays_merge_by_adding(plan: Plan) -> None:
    rows = frame()
    whole = {(e.version, e.window): e.profile for e in slice_batch(plan, rows)}
    first = {(e.version, e.window): e.profile for e in slice_batch(plan, rows[:900])}
    second = {(e.version, e.window): e.profile for e in slice_batch(plan, rows[900:])}
    for key, profile in whole.items():
        empty = SliceProfile.empty(*profile.missing.shape)
        merged = first.get(key, empty).merge(second.get(key, empty))
        assert merged.rows.tolist() == profile.rows.tolist()
        assert merged.missing.tolist() == profile.missing.tolist()
        assert merged.sums == pytest.approx(profile.sums)
        assert SliceProfile.from_bytes(profile.to_bytes()).rows.tolist() == profile.rows.tolist()


def test_at_most_two_hundred_slices() -> None:
    wide = pl.DataFrame({"score": np.linspace(0, 1, 60_000), "shop": [f"s{i % 500}" for i in range(60_000)]})
    plan = build_plan(
        wide,
        calendar=Calendar(DAY),
        task=Task.BINARY,
        features={"shop": ColumnKind.CATEGORICAL},
        segments=["shop"],
    )
    assert len(plan.slice_names()) == 200
    assert plan.dropped_slices == 301
