"""January and February against themselves, each day left out: quiet, but for the storm that lies in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelwatch.app import build_catalog
from modelwatch.demo import FLIGHTS
from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.instants import to_datetime
from modelwatch.domain.measurement import Status
from modelwatch.judge import Terms, judge
from modelwatch.measure import Setting, learn_reference, measure_drifted, measure_outcome, measure_profile
from modelwatch.profile.block import Block
from modelwatch.spec import Monitor
from modelwatch.work.reference import read_reference, reference_blocks
from modelwatch.work.setup import plan_of

Days = dict[str, Status]


def judged_left_out(monitor: Monitor, setting: Setting, blocks: list[Block], place: int) -> Status:
    """The worst status of one block against all the others."""
    rest = blocks[:place] + blocks[place + 1 :]
    against = replace(setting, reference=learn_reference(setting, rest))
    block = blocks[place]
    assert block.profile is not None
    assert against.reference is not None
    terms = Terms(
        rules=monitor.rules, catalog=setting.catalog, spans=setting.spans, features=setting.plan.features,
        baselines=against.reference.baselines,
    )  # fmt: skip
    measured = measure_profile(against, block.window, "1", {1: block.profile})
    measured += measure_outcome(against, block.window, "1", {1: block})
    found = judge(measured, terms).measurements
    shares = judge(measure_drifted(against, block.window, "1", found), terms).measurements
    firing = [m.status for m in (*found, *shares) if m.status.firing and not m.series.slice]
    return max(firing, key=lambda status: status.rank, default=Status.OK)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    catalog = build_catalog(tmp_path_factory.mktemp("home"))
    monitor = Monitor.from_yaml(FLIGHTS / "monitor.yaml", catalog=catalog)
    rows = read_reference(
        monitor,
        catalog=catalog,
        folder=Path(FLIGHTS),
        received=int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 10**6,
    )
    assert rows is not None
    plan = plan_of(rows.monitor, rows.frame)
    blocks = reference_blocks(plan, rows.monitor, rows)
    setting = Setting(plan=plan, catalog=catalog, spans=(1,), minimum=rows.monitor.outcome.minimum)
    assert PREDICTION in plan.columns
    return {
        f"{to_datetime(block.window.start):%m-%d}": judged_left_out(rows.monitor, setting, blocks, place)
        for place, block in enumerate(blocks)
    }


def test_the_storm_is_found(days: Days) -> None:
    assert Status.CRITICAL in (days["02-08"], days["02-09"])


def test_nothing_else_is_critical(days: Days) -> None:
    assert {day for day, status in days.items() if status is Status.CRITICAL} <= {"02-08", "02-09"}


def test_at_most_three_other_days_warn(days: Days) -> None:
    warned = {day for day, status in days.items() if status is Status.WARNING} - {"02-08", "02-09"}
    assert len(warned) <= 3, warned
