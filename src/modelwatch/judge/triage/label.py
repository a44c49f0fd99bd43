"""The story of labels that do not come when they are expected.

Told when the share of overdue labels fires: performance is unknown for as long as they are missing.
"""

from __future__ import annotations

from modelwatch.domain.quantity import percent
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.story import Matter, Story


def tell(matter: Matter) -> Story:
    """Tell what share of the predictions has no label, and since when."""
    lead = matter.lead
    when = matter.when(lead.verdict.series.span)
    title = f"{lead.title} at {evidence.reading(lead)} {when}"
    if lead.verdict.series.metric == "labels_overdue_share":
        title = f"{percent(lead.verdict.value or 0.0)} of the predictions {when} have no label when they should"
    return matter.told(
        title,
        [
            evidence.others(matter),
            evidence.rows(matter),
            evidence.performance(matter),
            evidence.quality(matter),
        ],
        first_action=(
            "Check that labels are still handed in, and that their ids are those of the predictions; "
            "if they usually take longer, raise labels.expected"
        ),
    )
