"""The story of a model that answers slowly.

Told when a latency percentile passes its limit; load and errors are looked at first.
"""

from __future__ import annotations

from modelwatch.domain.quantity import percent
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Matter, Story
from modelwatch.judge.triage.wording import amount


def tell(matter: Matter) -> Story:
    """Tell how slow it is, whether all answers are or only the tail, and whether load or errors grew."""
    lead = matter.lead
    since = matter.date(lead.since.end)
    return matter.told(
        f"{lead.title} at {evidence.reading(lead)} {matter.when()}",
        [
            evidence.others(matter),
            _median(matter),
            evidence.rows(matter),
            _errors(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        first_action=f"Compare load and dependencies before and after {since}; scale out or roll back",
    )


def _median(matter: Matter) -> str:
    seen = matter.context.find("latency_p50", version=matter.lead.verdict.series.version)
    if seen is None or seen.value is None:
        return ""
    normal = evidence.usual(matter, seen.series)
    told = amount(seen.value, matter.metric("latency_p50"), "latency_p50")
    if normal is None:
        return f"Half of the answers take up to {told} {matter.when()}"
    whole = "all answers are slower" if seen.value > 1.5 * normal else "only the slow end is slower"
    usual = amount(normal, matter.metric("latency_p50"), "latency_p50")
    return f"Half of the answers take up to {told} {matter.when()} (usual {usual}): {whole}"


def _errors(matter: Matter) -> str:
    seen = matter.context.find("error_share", version=matter.lead.verdict.series.version)
    if seen is None or seen.value is None:
        return ""
    return f"{percent(seen.value)} of the predictions failed {matter.when()}"
