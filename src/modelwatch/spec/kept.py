"""Specifications that were accepted, read from their stored text once for many questions.

`work` and `read` ask for them: reading one takes about ten milliseconds, and a fleet has hundreds.
"""

from __future__ import annotations

from functools import lru_cache

from modelwatch.catalog import Catalog
from modelwatch.spec.monitor import Monitor
from modelwatch.spec.parse import parse

MOST = 2048


@lru_cache(maxsize=MOST)
def parse_kept(text: str, *, catalog: Catalog, project: str) -> Monitor:
    """The specification of a stored text, which may name channels that are gone since.

    Raises
    ------
    SpecError
        If an earlier release accepted what this one does not.

    Examples
    --------
    >>> catalog = Catalog()
    >>> first = parse_kept("{model: churn, task: binary}", catalog=catalog, project="default")
    >>> parse_kept("{model: churn, task: binary}", catalog=catalog, project="default") is first
    True
    """
    return parse(text, catalog=catalog, project=project, any_channel=True)
