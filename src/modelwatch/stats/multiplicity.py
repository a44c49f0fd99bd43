"""Control of false discoveries over many p-values at once.

The judging stage runs it over the columns of one window and span.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Bools, Floats, level_of, row_of


class Discoveries(NamedTuple):
    """Which hypotheses are rejected, and the p-values adjusted for their number."""

    rejected: Bools
    adjusted: Floats


def benjamini_hochberg(p_values: npt.ArrayLike, *, level: float = 0.05) -> Discoveries:
    r"""Benjamini and Hochberg's control of the false-discovery rate.

    .. math:: \tilde p_{(i)} = \min_{j \ge i} \min(1, p_{(j)} N / j)

    Among the rejected at most the share `level` is expected to be false, if the p-values are independent or
    positively dependent.

    Parameters
    ----------
    p_values
        P-values, shape (N,); N may be 0.
    level
        The false-discovery rate.

    Returns
    -------
    rejected : ndarray of bool
        Shape (N,), in the order given.
    adjusted : ndarray
        Adjusted p-values, shape (N,): rejected are those up to `level`.

    Raises
    ------
    NotComputable
        If a p-value is not in [0, 1].

    Examples
    --------
    >>> rejected, adjusted = benjamini_hochberg([0.001, 0.8, 0.02, 0.03])
    >>> rejected.tolist(), adjusted.round(4).tolist()
    ([True, False, True, True], [0.004, 0.8, 0.04, 0.04])

    References
    ----------
    Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, 1995.
    """
    found = row_of(np.asarray(p_values, dtype=np.float64), "p_values")
    if not ((found >= 0) & (found <= 1)).all():
        raise NotComputable("a p-value lies in [0, 1]")
    order = np.argsort(found, kind="stable")
    raised = found[order] * found.size / np.arange(1, found.size + 1)
    adjusted = np.empty_like(found)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return Discoveries(adjusted <= level_of(level), adjusted)
