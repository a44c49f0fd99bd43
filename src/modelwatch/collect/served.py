"""Rows as a serving program sends them: the fields of the HTTP interface, beside a model's own column names.

Between `bodies` and `canonical`: what is said in the interface's words goes where the model's layout has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import polars as pl

from modelwatch.collect.bodies import Rows, to_frame
from modelwatch.collect.layout import Layout, class_text
from modelwatch.domain.columns import (
    ERROR,
    LATENCY_MS,
    METADATA,
    MODEL_VERSION,
    PREDICTION,
    PREDICTION_ID,
    SCORE,
    TIMESTAMP,
    Task,
)
from modelwatch.domain.instants import format_instant

INPUT, PROBABILITIES, OUTPUT = "input", "probabilities", "output"


def served_frame(rows: Rows, layout: Layout, *, arrival: int) -> tuple[pl.DataFrame, Layout]:
    """Rows of a body as columns, and the layout by which to read them; `arrival` as of `served_row`.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY, id="flight", score="p")
    >>> frame, read = served_frame(Rows(records=[{"prediction_id": "a", "output": 0.8}]), layout, arrival=0)
    >>> frame.rows(named=True), read.id, read.score
    ([{'prediction_id': 'a', 'score': 0.8, 'timestamp': '1970-01-01T00:00:00Z'}], 'prediction_id', 'score')
    """
    frame = rows.columns
    if frame is None:
        frame = to_frame([served_row(record, layout, arrival=arrival) for record in rows.records or ()])
    return frame, served_layout(layout, frame.columns)


def served_row(record: dict[str, Any], layout: Layout, *, arrival: int) -> dict[str, Any]:
    """One row as `served_record` lays it open and `in_our_words` names it."""
    return in_our_words(served_record(record, layout), layout, arrival=arrival)


def served_layout(layout: Layout, columns: Collection[str]) -> Layout:
    """The layout of rows that may name a part by its own word, as the model's files do, or lack it.

    Examples
    --------
    >>> served_layout(Layout(features={}, task=Task.BINARY, score="p_late"), ["prediction_id", "score"]).score
    'score'
    """

    def named(word: str, declared: str | None) -> str | None:
        if word in columns and word not in layout.features:
            return word
        return declared if declared in columns else None

    return replace(
        layout,
        id=named(PREDICTION_ID, layout.id),
        timestamp=named(TIMESTAMP, layout.timestamp),
        version=named(MODEL_VERSION, layout.version),
        score=named(SCORE, layout.score),
        prediction=named(PREDICTION, layout.prediction),
        latency_ms=named(LATENCY_MS, layout.latency_ms),
        error=named(ERROR, layout.error),
    )


def served_record(record: dict[str, Any], layout: Layout) -> dict[str, Any]:
    """One row with `input` spread over the features, `probabilities` and `output` in place, `metadata` laid open.

    `output` is the score of a binary model where it is a fraction, and the prediction otherwise.

    What does not fit stays as it is and is kept with the row's metadata.

    Examples
    --------
    >>> from modelwatch.domain.columns import ColumnKind
    >>> layout = Layout(features={"temp": ColumnKind.NUMERIC}, task=Task.BINARY)
    >>> served_record({"input": [20], "probabilities": {"0": 0.3, "1": 0.7}}, layout)
    {'temp': 20, 'score': 0.7}
    """
    if not record.keys() & _SPREAD:
        return record
    row = dict(record)
    values = row.get(INPUT)
    if isinstance(values, list) and len(cast("list[Any]", values)) == len(layout.features):
        row.pop(INPUT)
        row = dict(zip(layout.features, cast("list[Any]", values), strict=True)) | row
    if layout.task is Task.BINARY and SCORE not in row:
        score = _score(row.get(PROBABILITIES), layout)
        if score is not None:
            row.pop(PROBABILITIES)
            row[SCORE] = score
    if OUTPUT in row and OUTPUT not in layout.features:
        is_score = layout.task is Task.BINARY and isinstance(row[OUTPUT], float)
        target = SCORE if is_score else PREDICTION
        if row.get(target) is None and not isinstance(row[OUTPUT], list | dict):
            row[target] = row.pop(OUTPUT)
    extra = row.get(METADATA)
    if isinstance(extra, dict):
        row.pop(METADATA)
        for name, value in cast("dict[str, Any]", extra).items():
            row[f"{METADATA}.{name}" if name in row or name in layout.features else name] = value
    return row


_SPREAD = frozenset({INPUT, PROBABILITIES, OUTPUT, METADATA})


def _score(probabilities: object, layout: Layout) -> object:
    """The positive class's probability: by its name, or the second of two."""
    if isinstance(probabilities, Mapping):
        named = {class_text(name): value for name, value in cast("Mapping[str, Any]", probabilities).items()}
        return named.get(layout.positive_class)
    if isinstance(probabilities, Sequence) and not isinstance(probabilities, str):
        pair = cast("Sequence[Any]", probabilities)
        return pair[1] if len(pair) == 2 else None
    return None


def in_our_words(row: dict[str, Any], layout: Layout, *, arrival: int) -> dict[str, Any]:
    """One row with every part under the interface's word, and with a time: that of its arrival if it names none.

    So what becomes of a row does not depend on how the rows are written that are converted together with it.

    Parameters
    ----------
    arrival
        Microseconds since 1970.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY, score="p_late")
    >>> in_our_words({"p_late": 0.7}, layout, arrival=0)
    {'score': 0.7, 'timestamp': '1970-01-01T00:00:00Z'}
    """
    for word, declared in layout.roles.items():
        if word != declared and word not in layout.features and row.get(word) is None and declared in row:
            row = {**row, word: row[declared]}
            del row[declared]
    if row.get(TIMESTAMP) is None and TIMESTAMP not in layout.features:
        row = {**row, TIMESTAMP: format_instant(arrival)}
    return row
