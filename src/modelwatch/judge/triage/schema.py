"""The story of rows that no longer have the shape the model was promised.

Told when columns change their type, come or go; this is never drift.
"""

from __future__ import annotations

from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.story import Matter, Story
from modelwatch.judge.triage.wording import named


def tell(matter: Matter) -> Story:
    """Tell what part of the rows does not fit, and what was deployed about then."""
    lead = matter.lead
    of = f" of {named(matter.columns)}" if matter.columns else ""
    since = matter.date(lead.since.end)
    return matter.told(
        f"{lead.title}{of} at {evidence.reading(lead)} {matter.when()}",
        [evidence.others(matter), evidence.rows(matter), evidence.quality(matter)],
        first_action=(
            f"Compare what the sender changed as of {since} with `modelwatch show {matter.model}`: "
            "the rows that do not fit are kept in quarantine, with field and reason"
        ),
    )
