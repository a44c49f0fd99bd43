"""Measurements as bytes: how one window's measurements are kept by `store` and read again.

One blob per model, version, window and part; every revision is a blob of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec

from modelwatch.domain.errors import HomeError
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.slices import Slice

FORMAT = 1


def pack_measurements(measurements: Iterable[Measurement]) -> bytes:
    """The measurements of one window and version as one compressed blob, format version first.

    Examples
    --------
    >>> window = Window(0, 1)
    >>> one = Measurement(Series("rows"), window, 3.0, 3)
    >>> unpack_measurements(pack_measurements([one]), window, "", 1) == [one]
    True
    """
    rows = [
        [
            m.series.metric,
            m.series.column,
            [list(pair) for pair in m.series.slice.pairs],
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
    return zlib.compress(msgspec.msgpack.encode([FORMAT, rows]), 1)


def unpack_measurements(data: bytes, window: Window, version: str, revision: int) -> list[Measurement]:
    """The measurements that `pack_measurements` wrote."""
    fmt, rows = msgspec.msgpack.decode(zlib.decompress(data))
    if fmt != FORMAT:
        raise HomeError(
            f"stored measurements have format {fmt}, this release reads {FORMAT}: use the release that wrote them"
        )
    return [_measurement(row, window, version, revision) for row in rows]


def _measurement(row: list[Any], window: Window, version: str, revision: int) -> Measurement:
    metric, column, pairs, span, value, n, interval, floor, p_value, provisional, reason, status = row
    series = Series(metric, column, Slice(tuple((c, v) for c, v in pairs)), version, span)
    between = None if interval is None else (interval[0], interval[1])
    return Measurement(series, window, value, n, between, floor, p_value, provisional, reason, revision, Status(status))
