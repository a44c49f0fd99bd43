"""What modelwatch does about an incident: tells people, at least once and not too often.

`work` calls `notify` in the transaction that changes the incidents and `deliver` after it.
"""

from modelwatch.act.deliver import Delivery, deliver
from modelwatch.act.draft import EVERYTHING_TO_LOG, Change, Route
from modelwatch.act.pipeline import STAGES, notify
from modelwatch.act.retry import Retry

__all__ = ["EVERYTHING_TO_LOG", "STAGES", "Change", "Delivery", "Retry", "Route", "deliver", "notify"]
