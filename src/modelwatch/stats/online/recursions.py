"""Sums over a stream, whole arrays at once, with the very roundings of one value at a time.

The array forms of the detectors are made of these; no term is regrouped, so a stream may be cut anywhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modelwatch.stats.arrays import Floats


def running_sums(values: Floats, *, carried: float) -> Floats:
    """The sum after each value, shape (n,), from a sum `carried` before the first.

    Examples
    --------
    >>> running_sums(np.array([1.0, 2.0, 3.0]), carried=10.0).tolist()
    [11.0, 13.0, 16.0]
    """
    terms = values.copy()
    terms[0] += carried
    return np.cumsum(terms, out=terms)  # accumulates in order, unlike sum


def fading_sums(values: Floats, *, factor: float, carried: float) -> Floats:
    """The sums s = value + factor * s after each value, shape (n,), from s = `carried`.

    Examples
    --------
    >>> fading_sums(np.array([1.0, 1.0, 1.0]), factor=0.5, carried=4.0).tolist()
    [3.0, 2.5, 2.25]
    """
    if factor == 1.0:
        return running_sums(values, carried=carried)
    from scipy.signal import lfilter  # slow to load

    # The filter's other products are by 0 and by 1: one rounding for the product, one for the sum, fused or not.
    filtered = lfilter([1.0], [1.0, -factor], values, zi=np.array([factor * carried]))
    return np.asarray(filtered[0], dtype=np.float64)


def running_minima(values: Floats, *, carried: float) -> Floats:
    """The least value so far, shape (n,), `carried` among them."""
    return np.minimum(np.minimum.accumulate(values), carried)


def places_of_minima(values: Floats, *, carried: float) -> npt.NDArray[np.int64]:
    """Where the least value so far stood last, shape (n,); -1 while that is the one `carried`.

    Examples
    --------
    >>> places_of_minima(np.array([5.0, 3.0, 4.0, 3.0]), carried=4.0).tolist()
    [-1, 1, 1, 3]
    """
    least = running_minima(values, carried=carried)
    return np.maximum.accumulate(np.where(values <= least, np.arange(values.size), -1))


def counted(start: int, length: int) -> Floats:
    """How many values there have been, shape (length,), after `start` before the first."""
    return np.arange(start + 1, start + length + 1, dtype=np.float64)
