"""Every way in: files and frames of any source as canonical batches of predictions and labels.

The first stage of the flow; what leaves it goes to `log`.
"""

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
