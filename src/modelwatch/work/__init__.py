"""The worker: folds the log into profiles and takes every due window through measuring, judging and acting.

Drives the stages in order for one model at a time, each step in one transaction, so that a kill anywhere only costs
the step that was under way.
"""

from modelwatch.work.latest import latest, means_of
from modelwatch.work.run import Ran, next_due, run_model
from modelwatch.work.setup import Applied, apply_monitor
from modelwatch.work.watched import Watched, load_watched

__all__ = [
    "Applied",
    "Ran",
    "Watched",
    "apply_monitor",
    "latest",
    "load_watched",
    "means_of",
    "next_due",
    "run_model",
]
