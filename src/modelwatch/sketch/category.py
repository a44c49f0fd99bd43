"""The sketch of a categorical column: exact counts of the known categories and a mergeable sample of unknown ones.

What a grid is to numbers, a `Domain` is to categories: the values of the first reference, fixed for the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import InputError
from modelwatch.sketch.grid import Ints

KNOWN = 1000
UNSEEN = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """The known categories, in a fixed order; at most 1,000, the most frequent of the reference.

    `truncated` says that the reference held more, so that a value outside may yet have been seen there.
    """

    values: tuple[str, ...]
    truncated: bool = False
    id: str = field(init=False)
    position: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text = "\x00".join((*self.values, str(self.truncated)))
        object.__setattr__(self, "id", blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest())
        object.__setattr__(self, "position", {value: i for i, value in enumerate(self.values)})

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Domain:
        """The domain of a reference's category counts."""
        ranked = sorted(counts, key=lambda value: (-counts[value], value))
        return cls(tuple(sorted(ranked[:KNOWN])), len(ranked) > KNOWN)


@dataclass(frozen=True, slots=True, eq=False)
class CategorySketch:
    """Counts of one column's categories.

    Attributes
    ----------
    counts : array of shape (len(domain.values),)
        Rows of each known category.
    unseen : mapping
        Rows of each category outside the domain: all of them up to 1,000, beyond that the 1,000 with the smallest
        hash. A sample by hash merges exactly: a category that is kept was kept, with all its rows, in every part.
    other : int
        Rows of unseen categories, kept or not.

    Examples
    --------
    >>> sketch = CategorySketch.of(Domain(("a", "b")), {"a": 3, "z": 1})
    >>> sketch.n, sketch.other
    (4, 1)
    """

    domain: Domain
    counts: Ints
    unseen: Mapping[str, int] = field(default_factory=dict[str, int])
    other: int = 0
    missing: int = 0

    @classmethod
    def empty(cls, domain: Domain) -> CategorySketch:
        """The sketch of no rows."""
        return cls(domain, np.zeros(len(domain.values), np.int64))

    @classmethod
    def of(cls, domain: Domain, counts: Mapping[str, int], *, missing: int = 0) -> CategorySketch:
        """The sketch of the given category counts."""
        known = np.zeros(len(domain.values), np.int64)
        unseen: dict[str, int] = {}
        for value, count in counts.items():
            place = domain.position.get(value)
            if place is None:
                unseen[value] = count
            else:
                known[place] = count
        return cls(domain, known, _sample(unseen), sum(unseen.values()), missing)

    @property
    def n(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum()) + self.other

    @property
    def rows(self) -> int:
        """All rows."""
        return self.n + self.missing

    def distinct(self) -> float:
        """Number of different categories; beyond 1,000 unseen ones an estimate with about 3 % error.

        References
        ----------
        Z. Bar-Yossef et al.: Counting distinct elements in a data stream, RANDOM 2002 (k minimum values).
        """
        known = float(np.count_nonzero(self.counts))
        if len(self.unseen) < UNSEEN:
            return known + len(self.unseen)
        return known + (UNSEEN - 1) / (max(_hash(value) for value in self.unseen) / 2.0**64)

    def fullest(self) -> int:
        """Rows of the most frequent category; of unseen ones beyond 1,000 those in the sample count."""
        return max([int(self.counts.max(initial=0)), *self.unseen.values()])

    def merge(self, other: CategorySketch) -> CategorySketch:
        """The sketch of both sets of rows; both must be on the same domain."""
        return merge_categories([self, other])

    def without(self, part: CategorySketch) -> CategorySketch:
        """The sketch of the rows that are not in `part`; unseen categories beyond the sample stay uncounted."""
        unseen = {value: rows - part.unseen.get(value, 0) for value, rows in self.unseen.items()}
        return CategorySketch(
            self.domain,
            self.counts - part.counts,
            {value: rows for value, rows in unseen.items() if rows},
            self.other - part.other,
            self.missing - part.missing,
        )

    def pack(self) -> list[Any]:
        """Sparse counts as bytes, then the unseen ones."""
        used = np.flatnonzero(self.counts)
        counts: npt.NDArray[Any] = self.counts[used].astype("<u8" if self.n >= 2**32 else "<u4")
        return [
            used.astype("<u2").tobytes(),
            counts.tobytes(),
            list(self.unseen),
            list(self.unseen.values()),
            self.other,
            self.missing,
        ]

    @classmethod
    def unpack(cls, domain: Domain, packed: list[Any]) -> CategorySketch:
        """The sketch that `pack` wrote down, on its domain."""
        used = np.frombuffer(packed[0], "<u2")
        counts = np.zeros(len(domain.values), np.int64)
        counts[used] = np.frombuffer(packed[1], "<u4" if len(packed[1]) == 4 * used.size else "<u8")
        return cls(domain, counts, dict(zip(packed[2], packed[3], strict=True)), packed[4], packed[5])


def merge_categories(sketches: list[CategorySketch]) -> CategorySketch:
    """The sketch of all rows of several sketches on one domain."""
    first = sketches[0]
    if any(sketch.domain.id != first.domain.id for sketch in sketches):
        raise InputError("sketches of different category domains do not merge: profile the column again on one domain")
    unseen: Counter[str] = Counter()
    for sketch in sketches:
        unseen.update(sketch.unseen)
    return CategorySketch(
        first.domain,
        reduce(np.add, [s.counts for s in sketches]),
        _sample(unseen),
        sum(s.other for s in sketches),
        sum(s.missing for s in sketches),
    )


def _sample(unseen: Mapping[str, int]) -> dict[str, int]:
    if len(unseen) <= UNSEEN:
        return dict(sorted(unseen.items()))
    return {value: unseen[value] for value in sorted(_smallest(unseen))}


def _smallest(values: Iterable[str]) -> list[str]:
    return sorted(values, key=lambda value: (_hash(value), value))[:UNSEEN]


def _hash(value: str) -> int:
    return int.from_bytes(blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
