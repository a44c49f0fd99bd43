"""Every built-in metric through the catalogue's door, family by family.

`app` calls `register` as it calls a plugin's; a new family is one more name here.
"""

from __future__ import annotations

from modelwatch.catalog import Catalog
from modelwatch.measure import drift, performance, quality, volume


def register(catalog: Catalog) -> None:
    """Put every built-in metric on the catalogue's shelf.

    Examples
    --------
    >>> catalog = Catalog()
    >>> register(catalog)
    >>> catalog.metrics.get("psi").title
    'Population stability index'
    """
    for family in (quality.METRICS, drift.METRICS, volume.METRICS, performance.METRICS, performance.LABELS):
        family.register(catalog)
