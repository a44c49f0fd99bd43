"""The daily profile of every slice of a model, as one block of arrays: rows, missing values and the output.

Slices are bounded by the plan, so that the arrays of all windows line up and add.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import msgspec
import numpy as np

from modelwatch.domain.errors import HomeError
from modelwatch.sketch.grid import Floats, Ints

FORMAT = 1


@dataclass(frozen=True, slots=True, eq=False)
class SliceProfile:
    """Counts of S slices and C columns.

    Attributes
    ----------
    rows : array of shape (S,)
    missing : array of shape (S, C)
    values, sums, squares : arrays of shape (S,)
        Number, sum and sum of squares of the model's output where it is a finite number.
    """

    rows: Ints
    missing: Ints
    values: Ints
    sums: Floats
    squares: Floats

    @classmethod
    def empty(cls, slices: int, columns: int) -> SliceProfile:
        """The profile of no rows."""
        return cls(
            np.zeros(slices, np.int64),
            np.zeros((slices, columns), np.int64),
            np.zeros(slices, np.int64),
            np.zeros(slices),
            np.zeros(slices),
        )

    def merge(self, other: SliceProfile) -> SliceProfile:
        """The profile of both sets of rows."""
        return SliceProfile(
            self.rows + other.rows,
            self.missing + other.missing,
            self.values + other.values,
            self.sums + other.sums,
            self.squares + other.squares,
        )

    def to_bytes(self) -> bytes:
        """The arrays as one compressed blob, format version first."""
        arrays = [self.rows, self.missing.ravel(), self.values, self.sums, self.squares]
        kinds = ["<i8", "<i8", "<i8", "<f8", "<f8"]
        body = [
            FORMAT,
            list(self.missing.shape),
            *(a.astype(kind).tobytes() for a, kind in zip(arrays, kinds, strict=True)),
        ]
        return zlib.compress(msgspec.msgpack.encode(body), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> SliceProfile:
        """The profile that `to_bytes` wrote."""
        fmt, shape, rows, missing, values, sums, squares = msgspec.msgpack.decode(zlib.decompress(data))
        if fmt != FORMAT:
            raise HomeError(
                f"a stored slice profile has format {fmt}, this release reads {FORMAT}: use the release that wrote it"
            )
        return cls(
            np.frombuffer(rows, "<i8").astype(np.int64),
            np.frombuffer(missing, "<i8").astype(np.int64).reshape(shape),
            np.frombuffer(values, "<i8").astype(np.int64),
            np.frombuffer(sums, "<f8").astype(np.float64),
            np.frombuffer(squares, "<f8").astype(np.float64),
        )
