"""The story of values that are broken: missing, unseen, out of range, not a number.

Told when data-quality metrics fire; the model is not to blame for what it is fed.
"""

from __future__ import annotations

from typing import Any

from modelwatch.domain.quantity import percent
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story
from modelwatch.judge.triage.wording import named

# what is said of the columns, and what of the share
_SAYINGS = {
    "missing_share": ("{columns} {are} missing in {share} of rows", "fills"),
    "unseen_share": (
        "{columns} {have} values the reference does not know in {share} of rows with a value",
        "fills",
    ),
    "out_of_range_share": ("{columns} {are} out of range in {share} of rows with a value", "fills"),
    "nan_prediction_share": ("{columns} {are} not a number in {share} of rows", "computes"),
    "largest_share": ("{columns} {have} one value in {share} of rows{usually}", "computes"),
}
_FROZEN = "largest_share"


def tell(matter: Matter) -> Story:
    """Tell which columns are broken, in how many rows, and whether it is one cause."""
    alike = matter.alike()
    columns = tuple(dict.fromkeys(finding.column for finding in alike))
    name = matter.lead.verdict.series.metric
    saying, does = _SAYINGS.get(name, (f"{{columns}}: {matter.lead.title} at {{share}}", "fills"))
    title = saying.format(
        columns=named(columns) or "Rows",
        share=_shares(alike),
        are="is" if len(columns) == 1 else "are",
        have="has" if len(columns) == 1 else "have",
        usually=_usually(matter),
    )
    return matter.told(
        f"{title} {matter.when(matter.lead.verdict.series.span)}",
        [
            evidence.together(matter),
            evidence.others(matter),
            evidence.rows(matter),
            evidence.performance(matter),
            contrast(matter, matter.lead),
        ],
        slices=by_slice(matter, matter.lead),
        impact=_impact(matter, alike),
        first_action=_action(matter, f"{does} {named(columns) or 'the rows'}"),
    )


def _usually(matter: Matter) -> str:
    baseline = matter.context.baseline(matter.lead.verdict.series)
    return f" (usually {percent(baseline.mean)})" if baseline else ""


def _action(matter: Matter, does: str) -> str:
    since = matter.date(matter.lead.since.end)
    if matter.lead.verdict.series.metric == _FROZEN:
        return (
            f"Check that the model is really called as of {since}, and that no default, cache or old file answers "
            "in its place; do not retrain on these rows"
        )
    return f"Check the source that {does} as of {since}: repair or bypass it, and do not retrain on these rows"


def _shares(findings: tuple[Finding, ...]) -> str:
    values = [finding.verdict.value or 0.0 for finding in findings]
    low, high = percent(min(values)), percent(max(values))
    return high if low == high else f"{low.removesuffix(' %')} to {high}"


def _impact(matter: Matter, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Rows that the worst column spoils in this window, and how the model did meanwhile."""
    spoiled: list[tuple[int, int]] = []
    for finding in findings:
        series = finding.verdict.series
        seen = matter.context.find(series.metric, series.column, span=series.span, version=series.version)
        if seen is not None and seen.value is not None and seen.series == series:
            spoiled.append((round(seen.value * seen.n), seen.n))
    affected, n = max(spoiled, default=(0, 0))
    impact: dict[str, Any] = {"predictions": n, "rows_affected": affected} if n else {}
    return impact | evidence.effect(matter)
