"""Any batch of labels in the lake's columns and types, and the rows that cannot be, each with its reason.

The counterpart of `canonical` for the truths that arrive later; the lake's labels table has these columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from modelwatch.collect.batch import Batch
from modelwatch.collect.canonical import Canonical
from modelwatch.collect.classes import Truth, any_value, truth
from modelwatch.collect.layout import LABEL_TYPES, Layout
from modelwatch.collect.refusal import blank, nothing
from modelwatch.collect.row_json import json_rows
from modelwatch.domain.columns import (
    LABEL,
    LABEL_CLASS,
    METADATA,
    OUTCOME,
    PREDICTION_ID,
    TIMESTAMP,
    ColumnKind,
)
from modelwatch.domain.errors import InputError


def canonical_labels(
    frame: pl.DataFrame,
    layout: Layout,
    *,
    outcome: str = LABEL,
    received: int,
    digest: str,
    first_row: int,
    text: bool = False,
) -> Canonical:
    """Bring a batch of labels into the lake's form; parameters as of `canonical_predictions`.

    The id stands in the layout's id column or in `prediction_id`, the time in the layout's time column or
    in `timestamp`, the truth in the layout's label column, one named as the outcome, or `label`. A column
    `outcome` names the outcome row by row.

    Parameters
    ----------
    outcome
        What the truths are of.

    Returns
    -------
    Canonical
        Columns as `LABEL_TYPES`: the truth in `label` for binary (1 is the positive class) and regression,
        else in `label_class`.

    Raises
    ------
    InputError
        If the source has no id or no truth.

    Examples
    --------
    >>> from modelwatch.domain.columns import Task
    >>> layout = Layout(features={}, task=Task.BINARY)
    >>> source = pl.DataFrame({"prediction_id": ["a", "b"], "label": [1, None]})
    >>> batch = canonical_labels(source, layout, received=0, digest="file", first_row=1)
    >>> batch.frame.select("prediction_id", "outcome", "label").rows()
    [('a', 'label', 1.0)]
    >>> batch.quarantine["reason"].to_list()
    ['the column label has no value']
    """
    batch = Batch(frame, received=received, digest=digest, first_row=first_row, text=text)
    id_column, label_column = needed_columns(batch.frame.columns, layout, outcome=outcome)
    time_column = next((name for name in (layout.timestamp, TIMESTAMP) if name in batch), None)
    times = batch.times(time_column)
    outcomes = batch.read(OUTCOME, ColumnKind.CATEGORICAL).fill_null(outcome)
    truths = _truths(batch.column(label_column), outcomes == layout.outcome, layout, text=text)
    batch.refuse(label_column, truths.refused)
    told = truths.label.is_not_null() | truths.label_class.is_not_null()
    batch.require(label_column, blank(told, ~told), truths.refused)
    columns = {
        PREDICTION_ID: batch.ids(id_column, times),
        OUTCOME: outcomes,
        TIMESTAMP: times,
        LABEL: truths.label,
        LABEL_CLASS: truths.label_class,
        METADATA: json_rows(batch.frame.drop([id_column, label_column, time_column or "", OUTCOME], strict=False)),
    }
    accepted, quarantine = batch.finish(columns, dict(LABEL_TYPES), table="labels")
    return Canonical(accepted, quarantine)


def needed_columns(found: Sequence[str], layout: Layout, *, outcome: str) -> tuple[str, str]:
    """The columns of the id and of the truth among those of a source of labels.

    Raises
    ------
    InputError
        If one of them is not there.

    Examples
    --------
    >>> from modelwatch.domain.columns import Task
    >>> layout = Layout(features={}, task=Task.BINARY, id="flight")
    >>> needed_columns(["flight", "label"], layout, outcome="label")
    ('flight', 'label')
    """
    truth = layout.label if outcome == layout.outcome else None
    return (
        _first_of(found, "id", layout.id, PREDICTION_ID),
        _first_of(found, "label", truth, outcome, LABEL),
    )


def _first_of(found: Sequence[str], role: str, *names: str | None) -> str:
    allowed = list(dict.fromkeys(name for name in names if name))
    for name in allowed:
        if name in found:
            return name
    raise InputError(
        f"labels need a column for their {_WORDS[role]}, named {' or '.join(allowed)}; the columns found are "
        f"{', '.join(found) or 'none'}: rename one of them, or set columns.{role} in the specification"
    )


_WORDS = {"id": "id", "label": "truth"}


def _truths(column: pl.Series, own: pl.Series, layout: Layout, *, text: bool) -> Truth:
    """Truths of the model's own outcome by its task, those of other outcomes as they are."""
    if own.all():
        return truth(column, layout, text=text)
    if not own.any():
        return any_value(column, layout, text=text)
    parts = [truth(column.filter(own), layout, text=text), any_value(column.filter(~own), layout, text=text)]
    order = pl.concat([own.arg_true(), (~own).arg_true()]).arg_sort()
    label = pl.concat([part.label for part in parts]).gather(order)
    label_class = pl.concat([part.label_class for part in parts]).gather(order)
    refused = pl.concat(
        [nothing(pl.String(), part.label.len()) if part.refused is None else part.refused for part in parts]
    )
    return Truth(label, label_class, refused.gather(order))
