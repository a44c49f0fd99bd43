"""The two sides of a comparison as Polars frames, from data frames of any library and from files.

The way in of `compare`; the frames go on to `columns`.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import cast

import polars as pl

from modelwatch.collect.files import is_untyped, read_batches
from modelwatch.collect.frames import to_polars
from modelwatch.collect.typed import typed

# Read in one piece: the pieces of a file may differ in type where a column is mixed.
_WHOLE = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One side; where its file knows no types, `words` holds what it says and `frame` what that seems to mean."""

    frame: pl.DataFrame
    words: pl.DataFrame | None = None

    @property
    def text(self) -> bool:
        """Whether a word may stand for any kind."""
        return self.words is not None


def table_of(source: object) -> Table:
    """Read one side of a comparison.

    Parameters
    ----------
    source
        The path of a Parquet, CSV, JSON lines or Arrow file, or any table that `to_polars` takes.

    Raises
    ------
    InputError
        If it is neither, or the file cannot be read.

    Examples
    --------
    >>> table_of({"temp": [39.0, None]}).frame.shape
    (2, 1)
    """
    if not isinstance(source, str | PathLike):
        return Table(to_polars(source))
    path = cast("str | PathLike[str]", source)
    frame = pl.concat(list(read_batches(path, rows=_WHOLE)), how="diagonal_relaxed")
    return Table(typed(frame), frame) if is_untyped(path) else Table(frame)
