"""Addresses of pages: that of a model, of one of its columns, of an incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from modelwatch.domain.names import ModelKey


def model_path(key: ModelKey) -> str:
    """Where a model's page is.

    Examples
    --------
    >>> model_path(ModelKey("churn")), model_path(ModelKey("churn", "eu"))
    ('/models/churn', '/models/churn?env=eu')
    """
    return _in_env(f"/models/{quote(key.model, safe='')}", key)


def column_path(key: ModelKey, column: str) -> str:
    """Where the page of a column is; a column may have any name.

    Examples
    --------
    >>> column_path(ModelKey("churn"), "plan/type")
    '/models/churn/columns/plan%2Ftype'
    """
    return _in_env(f"/models/{quote(key.model, safe='')}/columns/{quote(column, safe='')}", key)


def incident_path(number: int) -> str:
    """Where the page of an incident is."""
    return f"/incidents/{number}"


def links(path: str, fields: Mapping[str, str | None]) -> Callable[..., str]:
    """Addresses of a page with some of its fields changed; one that is None or empty is left out.

    Examples
    --------
    >>> links("/events", {"model": "churn", "kind": None})(kind="holiday")
    '/events?model=churn&kind=holiday'
    """

    def url(**changed: str | None) -> str:
        given = {name: value for name, value in {**fields, **changed}.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    return url


def _in_env(path: str, key: ModelKey) -> str:
    return path if key.env == "prod" else f"{path}?{urlencode({'env': key.env})}"
