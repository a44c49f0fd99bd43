"""Whether a source has the columns that the specification names: what is missing is refused, or told.

The first look of `ingest` and `label` at every file, before a row of any is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modelwatch.collect.labels import needed_columns
from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import PREDICTION_ID, TIMESTAMP, Task
from modelwatch.domain.errors import InputError

_SHOWN = 20


def check_predictions(found: Sequence[str], layout: Layout, *, source: str) -> tuple[str, ...]:
    """Hold the columns of a source of predictions against those of the layout.

    Parameters
    ----------
    found
        The source's columns.
    source
        What messages call it.

    Returns
    -------
    tuple of str
        What is missing and can be done without, as warnings.

    Raises
    ------
    InputError
        If a column is missing that was named as id or time, or all that hold the model's output.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY, id="id", timestamp="at", score="p", declared=frozenset({"p"}))
    >>> check_predictions(["at", "p"], layout, source="a.csv")
    ("a.csv has no column 'id': ids are made from its content, no label can name them",)
    """
    output = [name for name in (layout.score, layout.prediction) if name is not None]
    refusals = [
        _refusal(role, name, remedy)
        for role, name, remedy in (
            ("id", layout.id, ", or remove columns.id to have ids made up, which no label can name"),
            ("timestamp", layout.timestamp, ", or remove columns.timestamp to take the time of arrival"),
        )
        if name is not None and name not in found and name in layout.declared
    ]
    if layout.task is not Task.NONE and output and not any(name in found for name in output):
        role = "score" if layout.score else "prediction"
        refusals.append(_refusal(role, " or ".join(output), ""))
    _refuse(refusals, found, source)
    return tuple(_warnings(found, layout, source))


def check_labels(found: Sequence[str], layout: Layout, *, outcome: str, source: str) -> tuple[str, ...]:
    """Hold the columns of a source of labels against those of the layout; as `check_predictions`.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY, id="id", timestamp="at")
    >>> check_labels(["id", "label"], layout, outcome="label", source="a.csv")
    ("a.csv has no column 'at' or 'timestamp': its labels count as known only from now on, when they arrived",)
    """
    try:
        needed_columns(found, layout, outcome=outcome)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    times = list(dict.fromkeys(name for name in (layout.timestamp, TIMESTAMP) if name))
    if any(name in found for name in times):
        return ()
    named = " or ".join(map(repr, times))
    return (f"{source} has no column {named}: its labels count as known only from now on, when they arrived",)


def _refusal(role: str, name: str, remedy: str) -> str:
    return f"no column {name!r} (columns.{role}): rename one, or set columns.{role}{remedy}"


def _refuse(refusals: Sequence[str], found: Sequence[str], source: str) -> None:
    if refusals:
        listed = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
        raise InputError(f"{source} has {'; '.join(refusals)}. The columns found are {listed or 'none'}")


def _warnings(found: Sequence[str], layout: Layout, source: str) -> Iterator[str]:
    told = {
        PREDICTION_ID: "ids are made from its content, no label can name them",
        TIMESTAMP: "its rows take the time of their arrival",
    }
    for role, name in layout.roles.items():
        if name in found:
            continue
        if role in told:
            yield f"{source} has no column {name!r}: {told[role]}"
        elif name in layout.declared:
            yield f"{source} has no column {name!r}: {role} is empty in its rows"
    for name in layout.features:
        if name not in found:
            yield f"feature {name!r} is absent from {source}: it is missing in all its rows"
