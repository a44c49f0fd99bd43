"""Series over windows: gaps, versions, what was never measured."""

from __future__ import annotations

from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.measure.measured import Measured
from modelwatch.measure.record import pack_measurements, unpack_columns
from modelwatch.read.sheet import Sheet

WINDOWS = [Window(day * DAY, (day + 1) * DAY) for day in range(4)]


def _stored(day: int, *measurements: Measurement, version: str = "1") -> Measured:
    return unpack_columns(pack_measurements(measurements), WINDOWS[day], version, 1)


def _psi(day: int, value: float | None, n: int = 10, **more: object) -> Measurement:
    return Measurement(Series("psi", "temp"), WINDOWS[day], value, n, **more)  # type: ignore[arg-type]


def test_a_series_has_an_entry_for_every_window() -> None:
    found = [
        _stored(0, _psi(0, 0.5, noise_floor=0.1, interval=(0.4, 0.6))),
        _stored(2, _psi(2, None, reason="no values")),
    ]
    track = Sheet(WINDOWS, found).track("psi", "temp")
    assert [track.at(place) for place in range(4)] == [0.5, None, None, None]
    assert [track.interval(place) for place in (0, 2)] == [(0.4, 0.6), None]
    assert track.floor[0] == 0.1
    assert track.measured.tolist() == [True, False, True, False]
    assert track.reasons[2] == "no values"
    assert track.last == 0


def test_of_two_versions_the_one_with_more_rows_counts() -> None:
    few, many = _stored(0, _psi(0, 0.1, 5)), _stored(0, _psi(0, 0.9, 50), version="2")
    for order in ([few, many], [many, few]):
        assert Sheet(WINDOWS, order).track("psi", "temp").at(0) == 0.9


def test_the_worst_status_of_all_windows() -> None:
    found = [_stored(0, _psi(0, 0.5, status=Status.WARNING)), _stored(1, _psi(1, 0.5))]
    track = Sheet(WINDOWS, found).track("psi", "temp")
    assert track.worst is Status.WARNING
    assert track.status_at(1) is Status.OK


def test_what_was_never_measured_has_no_values() -> None:
    sheet = Sheet(WINDOWS, [_stored(0, _psi(0, 0.5))])
    assert [series.metric for series in sheet.series] == ["psi"]
    assert sheet.track("ks").last is None
    assert sheet.track("ks").worst is Status.OK
