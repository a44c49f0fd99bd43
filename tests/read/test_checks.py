"""What was checked: the worst of every metric over windows, and what could not be computed, with the reason."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from modelwatch.app import build_catalog
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.measure.measured import Measured
from modelwatch.measure.record import pack_measurements, unpack_columns
from modelwatch.read.checks import Check, tallied

CATALOG = build_catalog(Path())


def measured(day: int, *found: Measurement) -> Measured:
    window = Window(day * DAY, (day + 1) * DAY)
    return unpack_columns(pack_measurements(found), window, "v1", 1)


def of(
    metric: str, value: float | None, status: Status = Status.OK, column: str = "", reason: str | None = None
) -> Measurement:
    return Measurement(Series(metric, column), Window(0, DAY), value, 10, status=status, reason=reason)


def check(*windows: Measured, ruled: Collection[str] = ()) -> Check:
    (found,) = tallied(windows, CATALOG, ruled)
    return found


def test_windows_count_by_their_worst_series() -> None:
    found = check(
        measured(0, of("psi", 0.2, Status.WARNING, "a"), of("psi", 0.4, Status.CRITICAL, "b")),
        measured(1, of("psi", 0.2, Status.WARNING, "a"), of("psi", 0.01, column="b")),
        measured(2, of("psi", 0.01, column="a"), of("psi", 0.01, column="b")),
        ruled={"psi"},
    )
    assert (found.series, found.windows, found.warning, found.critical) == (2, 3, 1, 1)
    assert (found.computed, found.missing, found.ruled, found.status) == (6, 0, True, Status.CRITICAL)


def test_the_worst_reading_is_the_newest_of_the_worst() -> None:
    found = check(
        measured(0, of("psi", 0.9, Status.WARNING, "a")),
        measured(1, of("psi", 0.2, Status.WARNING, "a"), of("psi", 0.3, Status.WARNING, "b")),
        measured(2, of("psi", 0.1, column="a")),
    )
    assert found.worst is not None
    assert (found.worst.series.column, found.worst.value, found.worst.window.start) == ("b", 0.3, DAY)


def test_where_higher_is_better_the_lowest_is_the_worst() -> None:
    low, high = (of("roc_auc", value, Status.CRITICAL, name) for value, name in ((0.4, "low"), (0.5, "high")))
    found = check(measured(0, low, high))
    assert found.worst is not None
    assert found.worst.series.column == "low"


def test_what_was_not_computed_says_why_as_the_newest_window_has_it() -> None:
    found = check(
        measured(0, of("psi", None, Status.NOT_COMPUTED, "a", "no rows")),
        measured(1, of("psi", None, Status.NOT_COMPUTED, "a", "no values"), of("psi", 0.1, column="b")),
    )
    assert (found.computed, found.missing, found.reason, found.status) == (1, 2, "no values", Status.OK)


def test_what_never_was_computed_is_not_fine() -> None:
    found = check(measured(0, of("psi", None, Status.NOT_COMPUTED, "a", "no rows")))
    assert (found.worst, found.status) == (None, Status.NOT_COMPUTED)


def test_a_metric_that_is_gone_is_left_out() -> None:
    assert tallied([measured(0, of("gone_with_its_plugin", 1.0))], CATALOG, set()) == []
