"""The story of rows that do not come, or come in other numbers than usual.

Told when volume or freshness fires: nothing else can be known of rows that are not there.
"""

from __future__ import annotations

from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story
from modelwatch.judge.triage.wording import number, stretch


def tell(matter: Matter) -> Story:
    """Tell how many rows came, how many usually do, and how old the newest one is."""
    lead = matter.lead
    silent = lead.verdict.series.metric == "freshness_seconds" or not lead.verdict.value
    action = (
        "Check that the service still answers and still logs: start at the log of its last row"
        if silent
        else "Ask the callers of the model what changed: compare the slices below with their traffic"
    )
    return matter.told(
        _title(matter, lead),
        [
            evidence.others(matter),
            evidence.quality(matter),
            evidence.performance(matter),
            evidence.events(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        impact={"predictions": _rows(matter)},
        first_action=action,
    )


def _title(matter: Matter, lead: Finding) -> str:
    value, limit = lead.verdict.value or 0.0, lead.verdict.threshold
    match lead.verdict.series.metric:
        case "rows":
            normal = evidence.usual(matter, lead.verdict.series)
            expected = "" if normal is None else f" where {number(normal)} are usual"
            return f"{number(value) if value else 'No'} rows{expected}"
        case "freshness_seconds":
            return f"No new row for {stretch(value)}" + (f" (limit {stretch(limit)})" if limit is not None else "")
        case _:
            return f"{lead.title} at {evidence.reading(lead)}"


def _rows(matter: Matter) -> int | None:
    seen = matter.context.find("rows", version=matter.lead.verdict.series.version)
    return None if seen is None or seen.value is None else round(seen.value)
