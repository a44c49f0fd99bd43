"""Catalogued metrics and the engine that measures them on profiles: numbers with their noise floors, no verdicts.

After `profile`, before `judge`. A new metric is one function and one record in the file of its family.
"""

from modelwatch.measure.engine import (
    Setting,
    measure_drifted,
    measure_model,
    measure_outcome,
    measure_profile,
    measure_quality,
    measure_slices,
)
from modelwatch.measure.learn import learn_reference, spreads_of
from modelwatch.measure.reference import Reference
from modelwatch.measure.register import register
from modelwatch.measure.volume import EARLIER_DAYS

__all__ = [
    "EARLIER_DAYS",
    "Reference",
    "Setting",
    "learn_reference",
    "measure_drifted",
    "measure_model",
    "measure_outcome",
    "measure_profile",
    "measure_quality",
    "measure_slices",
    "register",
    "spreads_of",
]
