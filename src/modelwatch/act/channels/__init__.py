"""The built-in channels: each file in this folder is one, and brings a `register` of its own.

`app` registers them for a home; those of plugins come through the same catalogue.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelwatch.catalog import Catalog

__all__ = ["register"]


def register(catalog: Catalog, home: Path) -> None:
    """Add every built-in channel to the catalogue, for the home in that folder.

    Examples
    --------
    >>> from modelwatch.catalog import Catalog
    >>> catalog = Catalog()
    >>> register(catalog, Path("modelwatch-home"))
    >>> "log" in catalog.channels
    True
    """
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}").register(catalog, home)
