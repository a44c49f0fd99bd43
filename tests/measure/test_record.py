"""Stored measurements: what was packed comes back, whole or selected, also what an earlier release packed."""

from __future__ import annotations

import zlib
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.errors import HomeError
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS, Slice
from modelwatch.measure.measured import STATUSES
from modelwatch.measure.record import pack_measurements, unpack_columns, unpack_measurements, upgrade

WINDOW = Window(0, 10)
EWR = Slice.of({"origin": "EWR"})
MEASURED = [
    Measurement(Series("psi", "temp", version="3", span=1), WINDOW, 0.1, 10, None, 0.05, 0.01, revision=2),
    Measurement(Series("psi", "temp", version="3", span=7), WINDOW, 0.2, 70, None, 0.06, None, True, revision=2),
    Measurement(Series("missing_share", "temp", version="3"), WINDOW, 0.0, 10, (0.0, 0.3), revision=2),
    Measurement(Series("missing_share", "temp", EWR, "3"), WINDOW, 0.5, 4, (0.1, 0.9), revision=2),
    Measurement(Series("ks", "dewp", version="3"), WINDOW, None, 0, reason="no rows", revision=2, status=STATUSES[1]),
    Measurement(Series("psi", "dewp", version="3"), WINDOW, None, 0, reason="no rows", revision=2, status=STATUSES[1]),
    Measurement(Series("rows", "", version="3"), WINDOW, -1.5e300, 2**40, revision=2, status=Status.CRITICAL),
]

numbers = st.none() | st.floats(allow_nan=False)
series = st.builds(
    Series,
    st.sampled_from(["psi", "ks", "rows"]),
    st.text(max_size=3),
    st.builds(Slice.of, st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2)),
    st.just("3"),
    st.integers(1, 28),
)
measured = st.builds(
    Measurement,
    series,
    st.just(WINDOW),
    numbers,
    st.integers(0, 2**62),
    st.none() | st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)),
    numbers,
    numbers,
    st.booleans(),
    st.none() | st.text(max_size=4),
    st.just(2),
    st.sampled_from(Status),
)


def in_format_1(measurements: list[Measurement]) -> bytes:
    """What the first release of the record wrote."""
    rows = [
        [
            m.series.metric,
            m.series.column,
            m.series.slice.pairs,
            m.series.span,
            m.value,
            m.n,
            m.interval,
            m.noise_floor,
            m.p_value,
            m.provisional,
            m.reason,
            str(m.status),
        ]
        for m in measurements
    ]
    return zlib.compress(msgspec.msgpack.encode([1, rows]), 1)


@given(st.lists(measured, max_size=12))
def test_what_was_packed_comes_back(found: list[Measurement]) -> None:
    blob = pack_measurements(found)
    assert unpack_measurements(blob, WINDOW, "3", 2) == found
    assert upgrade(in_format_1(found)) == blob
    assert upgrade(blob) == blob


def test_the_blob_says_neither_window_nor_version_nor_revision() -> None:
    later = Window(10, 20)
    found = unpack_measurements(pack_measurements(MEASURED), later, "4", 5)
    assert found == [replace(m, series=replace(m.series, version="4"), window=later, revision=5) for m in MEASURED]


@pytest.mark.parametrize(
    ("selection", "places"),
    [
        (Selection(metrics=frozenset({"psi"})), [0, 1, 5]),
        (Selection(metrics=frozenset({"psi", "ks"}), column="dewp"), [4, 5]),
        (Selection(slice=ALL_ROWS, span=1), [0, 2, 4, 5, 6]),
        (Selection(slice=EWR), [3]),
        (Selection(column="wind"), []),
    ],
)
def test_a_selection_reads_the_same_as_all_and_leaves_the_rest_out(selection: Selection, places: list[int]) -> None:
    wanted = [MEASURED[place] for place in places]
    for blob in (pack_measurements(MEASURED), in_format_1(MEASURED)):
        assert unpack_measurements(blob, WINDOW, "3", 2, selection=selection) == wanted


def test_what_is_absent_is_nan_in_the_arrays_and_none_in_what_is_made_of_them() -> None:
    found = unpack_columns(pack_measurements(MEASURED), WINDOW, "3", 2)
    assert len(found) == len(MEASURED)
    np.testing.assert_array_equal(found.value, [0.1, 0.2, 0.0, 0.5, np.nan, np.nan, -1.5e300])
    np.testing.assert_array_equal(found.low, [np.nan, np.nan, 0.0, 0.1, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(found.high[2:4], [0.3, 0.9])
    np.testing.assert_array_equal(found.noise_floor[:3], [0.05, 0.06, np.nan])
    np.testing.assert_array_equal(found.p_value[:2], [0.01, np.nan])
    assert found.n.tolist() == [m.n for m in MEASURED]
    assert found.values() == [m.value for m in MEASURED]
    assert all(isinstance(m.n, int) and (m.value is None or m.value == m.value) for m in found.measurements())


def test_series_are_decoded_once_for_windows_that_have_the_same() -> None:
    first, second = (unpack_columns(pack_measurements(MEASURED), at, "3", 2) for at in (WINDOW, Window(10, 20)))
    assert first.series is second.series


def test_a_format_that_is_not_known_is_refused() -> None:
    with pytest.raises(HomeError, match="format 9, this release reads up to 2: use the release"):
        unpack_columns(b"\x09" + pack_measurements(MEASURED)[1:], WINDOW, "3", 2)
