"""Mergeable summaries of one column: counts on fixed grids, counts of categories, log buckets.

`profile` fills and merges them, `measure` reads them; every sketch obeys one law: split anywhere, merge, same result.
"""

from modelwatch.sketch.buckets import LogBuckets
from modelwatch.sketch.category import CategorySketch, Domain
from modelwatch.sketch.grid import Grid, build_grid, build_score_grid
from modelwatch.sketch.numeric import NumericSketch
from modelwatch.sketch.presence import PresenceSketch
from modelwatch.sketch.protocol import Sketch

__all__ = [
    "CategorySketch",
    "Domain",
    "Grid",
    "LogBuckets",
    "NumericSketch",
    "PresenceSketch",
    "Sketch",
    "build_grid",
    "build_score_grid",
]
