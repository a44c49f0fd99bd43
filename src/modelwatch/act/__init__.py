"""What modelwatch does about an incident: tells people, at least once and not too often.

`work` calls `notify` in the transaction that changes the incidents and lets a `Courier` deliver after it.
"""

from modelwatch.act.deliver import Courier, Delivery
from modelwatch.act.draft import EVERYTHING_TO_LOG, Change, Route
from modelwatch.act.pipeline import STAGES, notify, notify_seen
from modelwatch.act.retry import Retry
from modelwatch.act.sample import sample

__all__ = [
    "EVERYTHING_TO_LOG",
    "STAGES",
    "Change",
    "Courier",
    "Delivery",
    "Retry",
    "Route",
    "notify",
    "notify_seen",
    "sample",
]
