"""Rows folded into profiles: the sketches of one version and window, with its slices and its outcomes.

After this stage nothing reads rows any more: windows add up, references are profiles too, and Spark or a device would
send the same object.
"""

from modelwatch.profile.batch import Profiled, SliceProfiled, profile_batch, slice_batch
from modelwatch.profile.outcome import BinaryOutcome, Outcome, RegressionOutcome, Rows, outcomes_of
from modelwatch.profile.plan import ColumnPlan, Plan, build_plan
from modelwatch.profile.profile import Profile
from modelwatch.profile.slices import SliceProfile

__all__ = [
    "BinaryOutcome",
    "ColumnPlan",
    "Outcome",
    "Plan",
    "Profile",
    "Profiled",
    "RegressionOutcome",
    "Rows",
    "SliceProfile",
    "SliceProfiled",
    "build_plan",
    "outcomes_of",
    "profile_batch",
    "slice_batch",
]
