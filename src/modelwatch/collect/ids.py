"""Prediction ids for sources that bring none: the same row of the same file gets the same id every time.

`canonical` calls it; because the ids repeat, a file that is ingested again is found to be a duplicate.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import polars as pl

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_DASHES = (8, 13, 18, 23)


def row_ids(timestamps: pl.Series, rows: pl.Series, *, digest: str) -> pl.Series:
    """UUIDs of version 7's shape: 48 bits of milliseconds, then 74 bits made from digest and row number.

    Parameters
    ----------
    timestamps
        Event times (datetime), none missing; those before 1970 count as 1970.
    rows
        Each row's number in its source.
    digest
        Whatever names the source's content, such as a hash of the file.

    Examples
    --------
    >>> from datetime import datetime
    >>> row_ids(pl.Series([datetime(2013, 3, 1)]), pl.Series([1]), digest="abc").to_list()
    ['013d233f-8c00-79e7-95d3-8e34b59be5b7']

    References
    ----------
    RFC 9562, section 5.7.
    """
    seed = np.frombuffer(hashlib.blake2b(digest.encode(), digest_size=16).digest(), dtype=np.uint64)
    numbers = rows.to_numpy().astype(np.uint64)
    millis = np.maximum(timestamps.dt.timestamp("ms").to_numpy(), 0).astype(np.uint64)
    first, second = mix(numbers + seed[0]), mix(numbers ^ seed[1])
    high = (millis << np.uint64(16)) | np.uint64(0x7000) | (first & np.uint64(0x0FFF))
    low = np.uint64(1 << 63) | (second & np.uint64((1 << 62) - 1))
    digits = _hex_digits(np.stack([high, low], axis=1))
    text = np.full((len(digits), 36), ord("-"), dtype=np.uint8)
    text[:, [place for place in range(36) if place not in _DASHES]] = digits
    return pl.Series(np.ascontiguousarray(text).view("S36")[:, 0].astype(np.str_).tolist(), dtype=pl.String)


def mix(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Scatter 64-bit words: a bijection after which every bit depends on all (the finaliser of splitmix64).

    References
    ----------
    Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
    """
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _hex_digits(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Lower-case hexadecimal digits of each row's words, shape (rows, 16 * words)."""
    octets = words.astype(">u8").view(np.uint8)
    return _HEX[np.stack([octets >> 4, octets & 15], axis=2).reshape(len(words), -1)]
