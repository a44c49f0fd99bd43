"""Every way in: files and frames of any source as canonical batches of predictions and labels, and the client.

The first stage of the flow; what leaves it goes to `log`. Importing this room loads neither NumPy nor Polars, so
that the client is light inside a service.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelwatch.collect.canonical import Canonical, canonical_predictions
    from modelwatch.collect.files import count_rows, digest_of, is_untyped, read_batches
    from modelwatch.collect.frames import to_polars
    from modelwatch.collect.labels import canonical_labels
    from modelwatch.collect.layout import Layout

__all__ = [
    "Canonical",
    "Layout",
    "canonical_labels",
    "canonical_predictions",
    "count_rows",
    "digest_of",
    "is_untyped",
    "read_batches",
    "to_polars",
]

_HOMES = {
    "canonical": ("Canonical", "canonical_predictions"),
    "files": ("count_rows", "digest_of", "is_untyped", "read_batches"),
    "frames": ("to_polars",),
    "labels": ("canonical_labels",),
    "layout": ("Layout",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
