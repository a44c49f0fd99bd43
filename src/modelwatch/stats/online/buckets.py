"""The buckets of an adaptive window: how many of each size there are once so many values have come.

A row holds the buckets of one size; `Adwin` cuts its window between them. Rows are listed smallest size first, and a
row with more than `most` buckets merges its two oldest into one of the next row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from modelwatch.stats.online.detector import Places


def buckets_after(rows: Sequence[int], added: int, *, most: int) -> list[int]:
    """Buckets per row, after so many values were added one by one.

    Examples
    --------
    >>> buckets_after([5], 1, most=5), buckets_after([0], 100, most=5)
    ([4, 1], [4, 4, 4, 5, 2])
    """
    found: list[int] = []
    for row in range(len(rows) + added.bit_length()):
        have = added + (rows[row] if row < len(rows) else 0)
        if not have and row >= len(rows):
            break
        added = max((have - most + 1) // 2, 0)
        found.append(have - 2 * added)
    return found


def ends_of(rows: Sequence[int]) -> Places:
    """How far the ends of all buckets lie before the newest value, the farthest first; the last is 0.

    Examples
    --------
    >>> ends_of([2, 1, 1]).tolist()
    [8, 4, 2, 1, 0]
    """
    sizes = np.repeat(1 << np.arange(len(rows)), rows)
    return np.concatenate([[0], np.cumsum(sizes)])[::-1]


def cuts_after(rows: Sequence[int], added: Places, *, most: int) -> Iterator[Places]:
    """The same far ends after each of K numbers of added values, row by row, shape (most, K).

    Where a row has fewer than `most` buckets, its last end stands again.

    Examples
    --------
    >>> [cuts.tolist() for cuts in cuts_after([2], np.array([1, 4]), most=3)]
    [[[1, 1], [2, 2], [3, 2]], [[3, 4], [3, 6], [3, 6]]]
    """
    start = np.zeros_like(added)
    steps = np.arange(1, most + 1)[:, None]
    row = 0
    while row < len(rows) or added.any():
        have = added + (rows[row] if row < len(rows) else 0)
        added = np.maximum((have - most + 1) // 2, 0)
        left = have - 2 * added
        yield start + (np.minimum(steps, left) << row)
        start = start + (left << row)
        row += 1
