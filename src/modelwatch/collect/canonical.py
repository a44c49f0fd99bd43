"""Any batch of predictions in the lake's columns and types, and the rows that do not fit, with reasons.

Every way in (files, frames, the server) leads through here to the spool. What becomes of a row depends on
the row alone, so that a file means the same however it is cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from modelwatch.collect.batch import Batch
from modelwatch.collect.classes import binary_class, class_column
from modelwatch.collect.layout import Layout
from modelwatch.collect.quarantine import FaultKind
from modelwatch.collect.refusal import blank, nothing
from modelwatch.collect.row_json import json_rows
from modelwatch.domain.columns import (
    ERROR,
    LATENCY_MS,
    METADATA,
    MODEL_VERSION,
    PREDICTION,
    PREDICTION_ID,
    SCORE,
    TIMESTAMP,
    UNVERSIONED,
    ColumnKind,
    Task,
)
from modelwatch.domain.errors import InputError

_NAMES_SHOWN = 20
_NO_ERROR_WORDS = frozenset({"", "0", "false", "f", "no", "none"})
_ERROR_WORDS = frozenset({"1", "true", "t", "yes"})


@dataclass(frozen=True, slots=True, eq=False)
class Canonical:
    """A batch in the lake's columns, and its quarantined rows."""

    frame: pl.DataFrame
    quarantine: pl.DataFrame


def canonical_predictions(
    frame: pl.DataFrame, layout: Layout, *, received: int, digest: str, first_row: int, text: bool = False
) -> Canonical:
    """Bring a batch of predictions into the lake's form.

    Parameters
    ----------
    frame
        Rows as they came, in the source's columns.
    layout
        Which column is what.
    received
        Time of arrival, microseconds since 1970; times more than five minutes later are refused.
    digest
        Names the content of the source; ids are made from it where the source has none.
    first_row
        Number of the frame's first row in the source, counted from 1.
    text
        Whether the source knows no types (CSV).

    Returns
    -------
    Canonical
        Columns as `Layout.prediction_types`; what no column is declared for is kept in `metadata` as JSON.

    Raises
    ------
    InputError
        If the source has none of the declared columns.

    Examples
    --------
    >>> layout = Layout(features={"temp": ColumnKind.NUMERIC}, task=Task.BINARY, id="id", score="p")
    >>> source = pl.DataFrame({"id": ["a", ""], "temp": [20, 21], "p": [0.8, 0.1], "note": ["x", "y"]})
    >>> batch = canonical_predictions(source, layout, received=0, digest="file", first_row=1)
    >>> batch.frame.select("prediction_id", "prediction", "metadata").rows()
    [('a', '1', '{"note":"x"}')]
    >>> batch.quarantine.select("row", "reason").rows()
    [(2, 'the id is empty')]
    """
    batch = Batch(frame, received=received, digest=digest, first_row=first_row, text=text)
    declared = [*layout.roles.values(), *layout.features]
    if declared and not any(name in batch for name in declared):
        expected, found = _listed(declared), _listed(frame.columns)
        raise InputError(f"none of the declared columns is there: expected {expected}; found {found}")
    times = batch.times(layout.timestamp)
    score = _score(batch, layout)
    columns = {
        PREDICTION_ID: batch.ids(layout.id, times),
        TIMESTAMP: times,
        MODEL_VERSION: _version(batch, layout.version),
        SCORE: score,
        PREDICTION: _prediction(batch, layout, score),
        LATENCY_MS: _latency(batch, layout.latency_ms),
        ERROR: _failed(batch.column(layout.error)),
        **{layout.stored(name): batch.read(name, kind) for name, kind in layout.features.items()},
    }
    rest = batch.frame.drop(declared, strict=False)
    if layout.error in batch:
        rest = rest.with_columns(_error_text(batch.column(layout.error)).alias(layout.error or ERROR))
    columns[METADATA] = json_rows(rest)
    accepted, quarantine = batch.finish(columns, layout.prediction_types, table="predictions")
    return Canonical(accepted, quarantine)


def _version(batch: Batch, source: str | None) -> pl.Series:
    version = batch.read(source, ColumnKind.CATEGORICAL)
    return blank(version, version == "").fill_null(UNVERSIONED)


def _score(batch: Batch, layout: Layout) -> pl.Series:
    """The score; one of a binary model is a probability, or NaN, which is measured as such."""
    score = batch.read(layout.score, ColumnKind.NUMERIC)
    if layout.task is Task.BINARY and layout.score in batch:
        outside = ~score.fill_nan(None).is_between(0, 1)
        batch.fault(layout.score or "", FaultKind.PROBABILITY, outside, "score {} is not a probability")
    return score


def _prediction(batch: Batch, layout: Layout, score: pl.Series) -> pl.Series:
    """The predicted value or class; a binary one that is not given follows from score and threshold."""
    if layout.task is Task.REGRESSION:
        return batch.read(layout.prediction, ColumnKind.NUMERIC)
    read = binary_class if layout.task is Task.BINARY else class_column
    classes = read(batch.column(layout.prediction), layout, text=batch.text)
    batch.refuse(layout.prediction or "", classes.refused)
    if layout.task is not Task.BINARY:
        return classes.values
    positive = score.fill_nan(None) >= layout.threshold
    derived = positive.replace_strict(
        {True: layout.positive_class, False: layout.negative_class}, return_dtype=pl.String
    )
    return classes.values.zip_with(classes.values.is_not_null(), derived)


def _latency(batch: Batch, source: str | None) -> pl.Series:
    column = batch.column(source)
    if column.dtype == pl.Duration:
        return column.dt.total_microseconds() / 1000
    return batch.read(source, ColumnKind.NUMERIC)


def _failed(column: pl.Series) -> pl.Series:
    """Whether each prediction failed: true, a number other than 0, or a text that does not say no."""
    if column.dtype == pl.Boolean:
        return column
    return pl.Series([_is_error(value) for value in column], dtype=pl.Boolean)


def _is_error(value: object) -> bool | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return value.strip().lower() not in _NO_ERROR_WORDS
    return bool(value)


def _error_text(column: pl.Series) -> pl.Series:
    """What an error column says beyond yes and no: messages and codes, kept with the metadata."""
    if column.dtype == pl.Boolean:
        return nothing(pl.Null(), column.len())
    said = [None if _is_plain(value) else value for value in column]
    return pl.Series(column.name, said, dtype=column.dtype)


def _is_plain(value: object) -> bool:
    return str(value).strip().lower().removesuffix(".0") in _NO_ERROR_WORDS | _ERROR_WORDS


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return f"{shown} and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else shown or "none"
