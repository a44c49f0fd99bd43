"""The text of a proposed specification, with the reason for each choice as a comment.

Last step of `infer`; what it writes is what `init` leaves for a person to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.names import check_name
from modelwatch.spec.kinds import Facts, Storage, kind_of
from modelwatch.spec.parts import RESERVED, SLICED_KINDS
from modelwatch.spec.roles import Found
from modelwatch.spec.write import comment, flow, scalar

MOST_LEVELS = 50
MOST_SEGMENTS = 3
_LIKE_AN_ID = re.compile(r"((^|[^a-z])(id|uuid|guid|key|hash)|[a-z]I[dD])$")
_ROLES = ("id", "timestamp", "version", "score", "prediction", "label", "latency_ms", "error")
_WITHOUT = {
    "id": "no prediction id in the reference; served predictions need one, or are given one",
    "timestamp": "no time in the reference: without it there are no days to tell noise from drift",
    "label": "no truth in the reference: performance is then not compared with it",
}


def propose(
    model: str, facts: Mapping[str, Facts], found: Found, *, path: str | None, threshold: float | None = None
) -> str:
    """Write the specification.

    Parameters
    ----------
    model
        The model's name.
    facts
        What is known of the reference's columns, by name.
    found
        Which of them play a part.
    path
        Where the reference lies, None if there is none.
    threshold
        Score from which on predictions are positive, if it is not 0.5.
    """
    check_name(model, "model")
    rows = next((each.rows for each in facts.values()), 0) or 0
    source = path or "the first rows"
    lines = [
        comment(f"How {model} is watched: proposed from {source} ({rows:,} rows). Check it, then apply it."),
        f"model: {scalar(model)}",
        f"task: {found.task}  {comment(found.reason)}",
        "timezone: UTC  # days start at midnight here; name another zone if people's days matter",
        "columns:",
        *(f"  {line}" for line in _columns(facts, found, threshold)),
        comment("reference: {path: reference.parquet}  # what is normal: without it drift has nothing to compare with")
        if path is None
        else f"reference: {flow({'path': path})}",
        "windows: {size: 1d, lateness: 1h, spans: [1, 7, 28]}  # one verdict a day, on 1, 7 and 28 days",
    ]
    if found.task is not Task.NONE:
        lines.append(
            "labels: {expected: 24h, horizon: 90d, minimum: 100}"
            "  # when the truth comes, until when it counts, how many make a figure"
        )
    return "\n".join(lines) + "\n"


def _columns(facts: Mapping[str, Facts], found: Found, threshold: float | None) -> Iterator[str]:
    for role in _ROLES:
        if role in found.columns:
            yield f"{role}: {scalar(found.columns[role])}"
        elif role in _WITHOUT:
            yield comment(_WITHOUT[role])
    if found.task is Task.BINARY:
        if threshold is not None:
            yield f"threshold: {scalar(threshold)}  # between the scores of the two predictions"
        yield f"positive: {scalar(found.positive)}"
    left = {name: each for name, each in facts.items() if name not in found.columns.values()}
    kinds, excluded = _features(left)
    yield "features:" if kinds else "features: {}"
    for name, (kind, reason) in kinds.items():
        yield f"  {scalar(name)}: {kind}  {comment(reason)}"
    for name, reason in excluded.items():
        yield f"  {comment(f'{scalar(name)} is left out: {reason}')}"
    segments = _segments({name: left[name] for name, (kind, _) in kinds.items() if kind in SLICED_KINDS})
    yield f"segments: {flow(segments)}" + ("  # each with few values" if segments else "")


def _features(
    facts: Mapping[str, Facts],
) -> tuple[dict[str, tuple[ColumnKind, str]], dict[str, str]]:
    """Kind and reason of the columns to watch, and why the others are left out."""
    kinds: dict[str, tuple[ColumnKind, str]] = {}
    excluded: dict[str, str] = {}
    for name, each in facts.items():
        kind, reason = kind_of(each)
        if name in RESERVED:
            excluded[name] = "rules give this word another meaning"
        elif kind is None:
            excluded[name] = reason
        elif _is_id(name, each):
            excluded[name] = "it tells rows apart, it does not describe them"
        else:
            kinds[name] = kind, reason
    return kinds, excluded


def _is_id(name: str, facts: Facts) -> bool:
    """Whether a column names rows: by its name with many values, or because all values are different."""
    if facts.storage not in (Storage.TEXT, Storage.WHOLE):
        return False
    if _LIKE_AN_ID.search(name) and (facts.unique or (facts.distinct or 0) > MOST_LEVELS):
        return True
    if facts.storage is Storage.TEXT:
        return facts.unique and facts.present > MOST_LEVELS and not facts.spaced
    numbered = facts.low is not None and facts.high is not None and facts.high - facts.low + 1 == facts.rows
    return facts.unique and facts.present > MOST_LEVELS and numbered


def _segments(facts: Mapping[str, Facts]) -> list[str]:
    """The columns to slice by: words before codes, few values before many."""
    few = [each for each in facts.values() if 2 <= (each.distinct or 0) <= MOST_LEVELS]
    ranked = sorted(few, key=lambda each: (each.storage is Storage.WHOLE, each.distinct or 0))
    chosen = {each.name for each in ranked[:MOST_SEGMENTS]}
    return [name for name in facts if name in chosen]
