"""Distances between two distributions given as counts on the same bins.

Measured by the drift metrics on aligned bins; `noise` and `blocks` ask for many at once through `distances`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy import special

from modelwatch.domain.errors import UnknownName
from modelwatch.stats.arrays import Floats, aligned_counts, row_of, shares_of

SHARE_FLOOR = 1e-4
"""Least share of a bin in `psi` and `kl`: keeps an empty bin from reading infinite."""


def psi(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    r"""Population stability index.

    .. math:: \sum_i (q_i - p_i) \ln(q_i / p_i)

    with each share `max(share, 1e-4)`, not renormalised. Symmetric, at least 0.

    Parameters
    ----------
    reference, current
        Counts or masses per bin, shape (B,), on the same bins. Missing values and unseen categories are bins
        like any other; the caller adds them.

    Returns
    -------
    float
        In nats. By custom 0.1 is worth a look and 0.25 a large change.

    Raises
    ------
    NotComputable
        If a side is empty, or the bins differ.

    Examples
    --------
    >>> round(psi([50, 30, 20], [30, 30, 40]), 4)
    0.2408
    >>> round(psi([100, 0], [0, 100]), 4)
    18.4188

    References
    ----------
    B. Yurdakul, Statistical properties of population stability index, 2018.
    """
    return _single("psi", reference, current)


def kl(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    r"""Kullback-Leibler divergence of the current from the reference distribution.

    .. math:: \mathrm{KL}(q, p) = \sum_i q_i \ln(q_i / p_i)

    with each share `max(share, 1e-4)`, not renormalised; so it can fall below 0 by up to `B * 1e-4`.

    Parameters
    ----------
    reference, current
        Counts or masses per bin, shape (B,), on the same bins.

    Returns
    -------
    float
        In nats; the reference is the distribution expected, the current one the distribution seen.

    Raises
    ------
    NotComputable
        If a side is empty, or the bins differ.

    Examples
    --------
    >>> round(kl([50, 50], [25, 75]), 4)
    0.1308

    References
    ----------
    S. Kullback and R. A. Leibler, On information and sufficiency, 1951.
    """
    return _single("kl", reference, current)


def jensen_shannon(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    r"""Jensen-Shannon distance: the square root of the divergence in bits.

    .. math:: \sqrt{\tfrac12 \mathrm{KL}(p, m) + \tfrac12 \mathrm{KL}(q, m)},\quad m = (p + q) / 2

    Parameters
    ----------
    reference, current
        Counts or masses per bin, shape (B,), on the same bins.

    Returns
    -------
    float
        In [0, 1]; a metric, symmetric; 1 if no bin is shared.

    Raises
    ------
    NotComputable
        If a side is empty, or the bins differ.

    Examples
    --------
    >>> round(jensen_shannon([50, 50], [25, 75]), 4)
    0.2209
    >>> jensen_shannon([1, 0], [0, 1])
    1.0

    References
    ----------
    J. Lin, Divergence measures based on the Shannon entropy, 1991.
    """
    return _single("jensen_shannon", reference, current)


def hellinger(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    r"""Hellinger distance.

    .. math:: \sqrt{\tfrac12 \sum_i (\sqrt{p_i} - \sqrt{q_i})^2}

    Parameters
    ----------
    reference, current
        Counts or masses per bin, shape (B,), on the same bins.

    Returns
    -------
    float
        In [0, 1]; a metric, symmetric.

    Raises
    ------
    NotComputable
        If a side is empty, or the bins differ.

    Examples
    --------
    >>> round(hellinger([50, 50], [25, 75]), 4)
    0.1846

    References
    ----------
    E. Hellinger, Neue Begründung der Theorie quadratischer Formen, 1909.
    """
    return _single("hellinger", reference, current)


def total_variation(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    r"""Total variation distance: the share of rows that would have to change their bin.

    .. math:: \tfrac12 \sum_i |p_i - q_i|

    Parameters
    ----------
    reference, current
        Counts or masses per bin, shape (B,), on the same bins.

    Returns
    -------
    float
        In [0, 1]; a metric, symmetric.

    Raises
    ------
    NotComputable
        If a side is empty, or the bins differ.

    Examples
    --------
    >>> total_variation([50, 50], [25, 75])
    0.25

    References
    ----------
    A. L. Gibbs and F. E. Su, On choosing and bounding probability metrics, 2002.
    """
    return _single("total_variation", reference, current)


def distances(metric: str, reference: npt.ArrayLike, current: npt.ArrayLike) -> Floats:
    """Many distances of one kind at once.

    Parameters
    ----------
    metric
        `psi`, `kl`, `jensen_shannon`, `hellinger` or `total_variation`.
    reference, current
        Counts or masses per bin, shapes (..., B) that broadcast against each other.

    Returns
    -------
    ndarray
        The distances, in the shape of the leading axes.

    Raises
    ------
    NotComputable
        If any row is empty, or the bins differ.
    UnknownName
        If there is no such distance.

    Examples
    --------
    >>> distances("total_variation", [50, 50], [[25, 75], [50, 50]])
    array([0.25, 0.  ])
    """
    try:
        kernel = _KERNELS[metric]
    except KeyError:
        raise UnknownName(f"no binned distance {metric!r}: known are {', '.join(sorted(_KERNELS))}") from None
    first, second = aligned_counts(reference, current)
    return kernel(shares_of(first), shares_of(second))


def _single(metric: str, reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    first = row_of(np.asarray(reference, dtype=np.float64), "reference")
    return float(distances(metric, first, row_of(np.asarray(current, dtype=np.float64), "current")))


def _psi(p: Floats, q: Floats) -> Floats:
    p, q = np.maximum(p, SHARE_FLOOR), np.maximum(q, SHARE_FLOOR)
    return ((q - p) * np.log(q / p)).sum(axis=-1)


def _kl(p: Floats, q: Floats) -> Floats:
    p, q = np.maximum(p, SHARE_FLOOR), np.maximum(q, SHARE_FLOOR)
    return (q * np.log(q / p)).sum(axis=-1)


def _jensen_shannon(p: Floats, q: Floats) -> Floats:
    # With p = m(1 - r), q = m(1 + r) each bin adds m/2 ((1 + r) ln(1 + r) + (1 - r) ln(1 - r)), which keeps
    # its digits where p and q nearly agree; the entropies of p, q and m would cancel to noise of 1e-8 after
    # the root.
    middle = (p + q) / 2
    tilt = np.divide((q - p) / 2, middle, out=np.zeros_like(middle), where=middle > 0)
    nats = (middle / 2 * (special.xlog1py(1 + tilt, tilt) + special.xlog1py(1 - tilt, -tilt))).sum(axis=-1)
    return np.sqrt(np.clip(nats / np.log(2), 0.0, 1.0))


def _hellinger(p: Floats, q: Floats) -> Floats:
    return np.sqrt(np.minimum(((np.sqrt(p) - np.sqrt(q)) ** 2).sum(axis=-1) / 2, 1.0))


def _total_variation(p: Floats, q: Floats) -> Floats:
    return np.minimum(np.abs(p - q).sum(axis=-1) / 2, 1.0)


_KERNELS: Mapping[str, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {
        "psi": _psi,
        "kl": _kl,
        "jensen_shannon": _jensen_shannon,
        "hellinger": _hellinger,
        "total_variation": _total_variation,
    }
)
