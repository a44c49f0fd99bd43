"""Which rows are new: a hash of each row's content, and the verdict on rows whose identity is known already.

`flush` asks before every commit. The hash is stored with the row, so it is the same in every process and
with every version of the libraries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.collect.ids import mix
from modelwatch.domain.columns import CONTENT_HASH

Words = npt.NDArray[np.uint64]
_FIRST_SEEN = "_first_seen"
_KNOWN = "_known"
_NEW = "_new"


def content_hash(frame: pl.DataFrame, *, without: Collection[str] = ()) -> pl.Series:
    """Hash every row's values.

    Equal are rows with equal values in the same columns; a null counts like a column that is not there, so
    that an added column changes no hash. 0.0 and -0.0 are equal, as are all NaN. The order of columns does
    not matter.

    Parameters
    ----------
    frame
        Columns of the lake's types.
    without
        Columns that are not content.

    Returns
    -------
    Series
        64-bit words, as signed integers because Delta has no others.

    Examples
    --------
    >>> rows = pl.DataFrame({"temp": [0.0, -0.0, None], "carrier": ["UA", "UA", "AA"]})
    >>> first, second, third = content_hash(rows)
    >>> first == second, first == third
    (True, False)
    >>> content_hash(pl.DataFrame({"carrier": ["AA"]})).item() == third
    True
    """
    total: Words = np.zeros(frame.height, dtype=np.uint64)
    for name in frame.columns:
        if name not in without:
            column = frame[name]
            words = mix(_words(column) + _text_word(name))
            total += np.where(column.is_not_null().to_numpy(), words, np.uint64(0))
    return pl.Series(CONTENT_HASH, mix(total).view(np.int64))


def _words(column: pl.Series) -> Words:
    """One word per value; what stands for null does not matter."""
    kind = column.dtype
    if kind == pl.String:
        return _text_words(column)
    if isinstance(kind, pl.List):
        return _list_words(column)
    if kind.is_float():
        values = column.cast(pl.Float64).fill_null(0.0).to_numpy() + 0.0  # -0.0 + 0.0 is 0.0
        bits = values.view(np.uint64)
        return np.where(np.isnan(values), np.uint64(0x7FF8 << 48), bits)
    numbers = column.to_physical().cast(pl.Int64).fill_null(0)
    return numbers.to_numpy().view(np.uint64)


def _text_words(column: pl.Series) -> Words:
    distinct = column.unique().drop_nulls()
    words = pl.Series([_text_word(text) for text in distinct], dtype=pl.UInt64)
    found = column.replace_strict(distinct, words, default=None, return_dtype=pl.UInt64)
    return cast("Words", found.fill_null(0).to_numpy())


def _text_word(text: str) -> np.uint64:
    return np.frombuffer(hashlib.blake2b(text.encode(), digest_size=8).digest(), dtype="<u8")[0]


def _list_words(column: pl.Series) -> Words:
    """Sum of each list's elements, every one mixed with its place; the length is mixed in."""
    lengths = column.list.len().fill_null(0).to_numpy().astype(np.int64)
    flat = column.filter(column.list.len() > 0).explode()
    ends = np.cumsum(lengths)
    places = np.arange(flat.len()) - np.repeat(ends - lengths, lengths)
    elements = mix(_words(flat) + mix(places.astype(np.uint64)))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(elements, dtype=np.uint64)])
    return sums[ends] - sums[ends - lengths] + mix(lengths.astype(np.uint64))


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """Rows that are new, those that repeat a known one, and those that contradict one."""

    fresh: pl.DataFrame
    repeated: pl.DataFrame
    conflicts: pl.DataFrame


def sift(frame: pl.DataFrame, known: pl.DataFrame, *, keys: Sequence[str]) -> Sifted:
    """Tell new rows from repeated and contradicting ones; of several in one frame the first is new.

    Parameters
    ----------
    frame
        Rows with their `content_hash`, in the order they came.
    known
        Keys and `content_hash` of the rows that are stored already.
    keys
        Columns that make up the identity.

    Examples
    --------
    >>> rows = pl.DataFrame({"id": ["a", "a", "a", "b"], "content_hash": [1, 1, 2, 3]})
    >>> sifted = sift(rows, pl.DataFrame({"id": ["b"], "content_hash": [3]}), keys=["id"])
    >>> sifted.fresh.height, sifted.repeated.height, sifted.conflicts.height
    (1, 2, 1)
    """
    stored = known.unique(keys, keep="first", maintain_order=True).select(*keys, pl.col(CONTENT_HASH).alias(_KNOWN))
    judged = frame.join(stored, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col(CONTENT_HASH).first().over(keys).alias(_FIRST_SEEN),
        pl.struct(keys).is_first_distinct().alias(_NEW),
    )
    new = pl.col(_KNOWN).is_null() & pl.col(_NEW)
    same = pl.col(CONTENT_HASH) == pl.coalesce(_KNOWN, _FIRST_SEEN)
    helpers = (_KNOWN, _FIRST_SEEN, _NEW)
    return Sifted(
        fresh=judged.filter(new).drop(helpers),
        repeated=judged.filter(~new & same).drop(helpers),
        conflicts=judged.filter(~new & ~same).drop(helpers),
    )
