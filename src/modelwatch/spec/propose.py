"""The text of a proposed specification, with the reason for each choice as a comment.

Last step of `infer`; what it writes is what `init` leaves for a person to check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.names import check_name
from modelwatch.spec.kinds import Facts, Storage, kind_of
from modelwatch.spec.parts import RESERVED, SLICED_KINDS
from modelwatch.spec.roles import MOST_LEVELS, Found, is_usual, names_rows
from modelwatch.spec.write import comment, flow, scalar

MOST_SEGMENTS = 3
_ROLES = ("id", "timestamp", "version", "score", "prediction", "label", "latency_ms", "error")
_WITHOUT = {
    "id": "check: no prediction id in the reference; served predictions need one, or are given one",
    "timestamp": "check: no time in the reference: without it there are no days to tell noise from drift",
    "label": "check: no truth in the reference: performance is then not compared with it; name it with --label",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What the values suggest beyond kinds and roles; None where they suggest nothing.

    `threshold` is the score from which on predictions are positive, if it is not 0.5; `truth` a column that may
    be the label; `timezone` whose days the times are written in, and `why`.
    """

    threshold: float | None = None
    truth: str | None = None
    timezone: str = "UTC"
    why: str = "days start at midnight here; name another zone if people's days matter"


def propose(model: str, facts: Mapping[str, Facts], found: Found, *, path: str | None, guesses: Guesses) -> str:
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
    guesses
        What else the values suggest.
    """
    check_name(model, "model")
    rows = next((each.rows for each in facts.values()), 0) or 0
    many = f"{rows:,} row{'' if rows == 1 else 's'}"
    source = path or "the first rows"
    lines = [
        comment(f"How {model} is watched: proposed from {source} ({many}). Check it, then apply it."),
        f"model: {scalar(model)}",
        f"task: {found.task}  {comment(_why(found))}",
        f"timezone: {guesses.timezone}  {comment(f'check: {guesses.why}')}",
        "columns:",
        *(f"  {line}" for line in _columns(facts, found, guesses)),
        comment("reference: {path: reference.parquet}  # what is normal: without it drift has nothing to compare with")
        if path is None
        else f"reference: {flow({'path': path})}",
        "windows: {size: 1d, lateness: 1h, spans: [1, 7, 28]}  # one verdict a day, on 1, 7 and 28 days",
    ]
    if found.task is not Task.NONE:
        labels = "labels: {expected: 24h, horizon: 90d, minimum: 100}"
        meaning = "when the truth comes, until when it counts, how many make a figure"
        # Whoever declares labels is told when they do not come.
        known = "label" in found.columns
        lines.append(
            f"{labels}  # check: {meaning}" if known else comment(f"{labels}  # for a model with labels: {meaning}")
        )
    return "\n".join(lines) + "\n"


def _columns(facts: Mapping[str, Facts], found: Found, guesses: Guesses) -> Iterator[str]:
    for role in _ROLES:
        if role in found.columns:
            yield f"{role}: {scalar(found.columns[role])}{_unsure(role, found.columns[role])}"
        elif role == "label" and guesses.truth is not None:
            yield comment(f"check: label: {scalar(guesses.truth)}, if it is the truth: it goes with the model's output")
        elif role in _WITHOUT:
            yield comment(_WITHOUT[role])
    if found.task is Task.BINARY:
        if guesses.threshold is not None:
            yield f"threshold: {scalar(guesses.threshold)}  # between the scores of the two predictions"
        yield f"positive: {scalar(found.positive)}"
    left = {name: each for name, each in facts.items() if name not in found.columns.values()}
    kinds, excluded = _features(left)
    if guesses.truth in kinds:
        del kinds[guesses.truth]
        excluded[guesses.truth] = "it may be the truth, see above"
    yield "features:" if kinds else "features: {}"
    for name, (kind, reason) in kinds.items():
        yield f"  {scalar(name)}: {kind}  {comment(reason)}"
    for name, reason in excluded.items():
        yield f"  {comment(f'{scalar(name)} is left out: {reason}')}"
    segments = _segments({name: left[name] for name, (kind, _) in kinds.items() if kind in SLICED_KINDS})
    yield f"segments: {flow(segments)}" + ("  # each with few values" if segments else "")


def _why(found: Found) -> str:
    """The reason for the task, with the way out where none was found."""
    if found.task is not Task.NONE or {"score", "prediction"} & found.columns.keys():
        return found.reason
    return f"check: {found.reason}; name it with --score or --prediction"


def _unsure(role: str, column: str) -> str:
    """A comment on an id that only bears another name."""
    doubt = role == "id" and not is_usual(role, column)
    return (
        f"  {comment('check: it tells the rows of the reference apart; does it those of served files?')}"
        if doubt
        else ""
    )


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
        elif names_rows(each):
            excluded[name] = "it tells rows apart, it does not describe them"
        else:
            kinds[name] = kind, reason
    return kinds, excluded


def _segments(facts: Mapping[str, Facts]) -> list[str]:
    """The columns to slice by: words before codes, few values before many."""
    few = [each for each in facts.values() if 2 <= (each.distinct or 0) <= MOST_LEVELS]
    ranked = sorted(few, key=lambda each: (each.storage is Storage.WHOLE, each.distinct or 0))
    chosen = {each.name for each in ranked[:MOST_SEGMENTS]}
    return [name for name in facts if name in chosen]
