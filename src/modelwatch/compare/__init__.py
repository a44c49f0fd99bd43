"""One-off comparison of two tables, with the same metrics, rules and nouns as the service.

Stands beside the flow: takes tables, keeps nothing. Importing this room loads neither NumPy nor Polars.
"""

from modelwatch.compare.entry import compare
from modelwatch.compare.result import ComparedColumn, ComparedMetric, Comparison, Finding

__all__ = ["ComparedColumn", "ComparedMetric", "Comparison", "Finding", "compare"]
