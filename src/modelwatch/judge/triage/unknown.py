"""The story of findings without a kind of their own, told from the metric's record alone.

Metrics that a plugin brings end here unless their record names another kind.
"""

from __future__ import annotations

from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Matter, Story
from modelwatch.judge.triage.wording import named


def tell(matter: Matter) -> Story:
    """Tell which metric is off, by how much, and since when."""
    lead = matter.lead
    of = f" of {named(matter.columns)}" if matter.columns else ""
    since = matter.date(lead.since.end)
    return matter.told(
        f"{lead.title}{of} at {evidence.reading(lead)} {matter.when(lead.verdict.series.span)}",
        [
            evidence.others(matter),
            evidence.together(matter),
            evidence.rows(matter),
            evidence.performance(matter),
            evidence.quality(matter),
            evidence.drift(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        first_action=f"Look at what changed as of {since}, when {lead.title}{of} first left its limit",
    )
