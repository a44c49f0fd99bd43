"""The law every sketch obeys, as a protocol.

`profile` knows sketches only through these methods; `tests/laws` checks every sketch against them.
"""

from __future__ import annotations

from typing import Any, Protocol, Self


class Sketch(Protocol):
    """A mergeable summary of one column.

    `merge` is associative and commutative, an empty sketch is its identity, and updating with rows split anywhere and
    merged equals updating with all rows at once (counts exactly, sums to rounding). Two sketches merge only if they
    were made on the same grid or domain.
    """

    @property
    def rows(self) -> int:
        """Rows seen, missing ones included."""
        ...

    @property
    def missing(self) -> int:
        """Rows without a value."""
        ...

    def merge(self, other: Self) -> Self:
        """The sketch of both sets of rows."""
        ...

    def pack(self) -> list[Any]:
        """Plain lists, numbers and bytes from which the sketch can be made again, given its grid or domain."""
        ...
