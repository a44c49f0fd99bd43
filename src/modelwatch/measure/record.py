"""Measurements as bytes: how one window's measurements are kept by `store` and read again.

One blob per model, version, window and part; every revision is a blob of its own. A blob is columns: the list of
series, the same bytes in nearly all windows and so decoded once, and arrays with an entry per series.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import HomeError
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import Slice
from modelwatch.measure.measured import STATUSES, Measured, Places

FORMAT = 2
_NUMBERS = 5  # value, low, high, noise floor, p value
_CODES = {status: code for code, status in enumerate(STATUSES)}
_NO_INTERVAL = None, None
_ZLIB = 0x78  # how a blob of format 1 begins
_LEVEL = 1  # of the flight year 3.2 MB of columns, 3.1 at level 6 for half as much time again
_LISTS, _CHOICES = 128, 512  # lists of series that are kept decoded, and what was chosen of them


def pack_measurements(measurements: Iterable[Measurement]) -> bytes:
    """The measurements of one window and version as one compressed blob, format version first.

    Examples
    --------
    >>> window = Window(0, 1)
    >>> one = Measurement(Series("rows"), window, 3.0, 3)
    >>> unpack_measurements(pack_measurements([one]), window, "", 1) == [one]
    True
    """
    rows = list(measurements)
    series = [(s.metric, s.column, s.slice.pairs, s.span) for s in (m.series for m in rows)]
    return bytes([FORMAT]) + msgspec.msgpack.encode([_deflated(msgspec.msgpack.encode(series)), _deflated(_body(rows))])


def unpack_measurements(
    data: bytes, window: Window, version: str, revision: int, *, selection: Selection | None = None
) -> list[Measurement]:
    """The measurements that `pack_measurements` wrote, or those among them that are selected."""
    return unpack_columns(data, window, version, revision, selection=selection).measurements()


def unpack_columns(
    data: bytes, window: Window, version: str, revision: int, *, selection: Selection | None = None
) -> Measured:
    """What `pack_measurements` wrote as arrays; with a selection only its series, without touching the others.

    Raises
    ------
    HomeError
        If the blob has a format that this release does not know.
    """
    listed, packed = msgspec.msgpack.decode(memoryview(upgrade(data))[1:], type=tuple[bytes, bytes])
    series = _series(listed, version)
    if selection is None:
        return _measured(zlib.decompress(packed), series, window, version, revision)
    places, chosen = _chosen(listed, version, selection)
    if not chosen:
        return _measured(_NOTHING, (), window, version, revision)
    return _measured(zlib.decompress(packed), series, window, version, revision).take(places, chosen)


def upgrade(data: bytes) -> bytes:
    """A stored blob in the format of this release, the very bytes that `pack_measurements` makes today.

    Raises
    ------
    HomeError
        If the blob has a format that this release does not know.
    """
    if data[0] == FORMAT:
        return data
    if data[0] != _ZLIB:
        raise HomeError(
            f"stored measurements have format {data[0]}, this release reads up to {FORMAT}: "
            "use the release that wrote them"
        )
    _, rows = msgspec.msgpack.decode(zlib.decompress(data))
    return pack_measurements(_of_format_1(row) for row in rows)


def _of_format_1(row: list[Any]) -> Measurement:
    metric, column, pairs, span, value, n, interval, floor, p_value, provisional, reason, status = row
    series = Series(metric, column, Slice(tuple((c, v) for c, v in pairs)), span=span)
    between = None if interval is None else (interval[0], interval[1])
    return Measurement(
        series, Window(0, 1), value, n, between, floor, p_value, provisional, reason, status=Status(status)
    )


def _deflated(data: bytes) -> bytes:
    return zlib.compress(data, _LEVEL)


@lru_cache(_LISTS)
def _series(listed: bytes, version: str) -> tuple[Series, ...]:
    rows = msgspec.msgpack.decode(zlib.decompress(listed), type=list[tuple[str, str, list[tuple[str, str]], int]])
    return tuple(Series(metric, column, Slice(tuple(pairs)), version, span) for metric, column, pairs, span in rows)


@lru_cache(_CHOICES)
def _chosen(listed: bytes, version: str, selection: Selection) -> tuple[Places, tuple[Series, ...]]:
    series = _series(listed, version)
    places = [place for place, each in enumerate(series) if selection.holds(each)]
    return np.array(places, np.intp), tuple(series[place] for place in places)


def _body(rows: Sequence[Measurement]) -> bytes:
    """The columns: n, reason, provisional and status of all entries; which numbers there are; those; the reasons."""
    between = [m.interval or _NO_INTERVAL for m in rows]
    # NumPy reads None as NaN.
    numbers = np.array(
        [
            [m.value for m in rows],
            [low for low, _ in between],
            [high for _, high in between],
            [m.noise_floor for m in rows],
            [m.p_value for m in rows],
        ],
        np.float64,
    )
    there = ~np.isnan(numbers)
    reasons: dict[str | None, int] = {None: 0}
    columns = (
        np.array([m.n for m in rows], "<i8"),
        np.array([reasons.setdefault(m.reason, len(reasons)) for m in rows], "<u2"),
        np.array([m.provisional for m in rows], np.uint8),
        np.array([_CODES[m.status] for m in rows], np.uint8),
        np.packbits(there),
        numbers[there].astype("<f8"),
    )
    texts = msgspec.msgpack.encode(list(reasons)[1:])
    return b"".join([*(column.tobytes() for column in columns), texts])


_NOTHING = _body([])


def _measured(body: bytes, series: tuple[Series, ...], window: Window, version: str, revision: int) -> Measured:
    count, at = len(series), 0

    def column(kind: str, length: int) -> npt.NDArray[Any]:
        nonlocal at
        found = np.frombuffer(body, kind, length, at)
        at += found.nbytes
        return found

    n, reason = column("<i8", count), column("<u2", count)
    provisional, status = column("u1", count), column("u1", count)
    bits = column("u1", -(-_NUMBERS * count // 8))
    there = np.unpackbits(bits, count=_NUMBERS * count).view(np.bool_)
    numbers = np.full(_NUMBERS * count, np.nan)
    numbers[there] = column("<f8", int(np.count_nonzero(there)))
    return Measured(
        series=series,
        window=window,
        version=version,
        revision=revision,
        numbers=numbers.reshape(_NUMBERS, count),
        n=n,
        provisional=provisional,
        status=status,
        reason=reason,
        reasons=msgspec.msgpack.decode(memoryview(body)[at:], type=list[str]),
    )
