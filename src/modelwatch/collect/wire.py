"""Predictions by the fixed names of the wire, as the client and the HTTP API know them, in a monitor's own columns.

Before `canonical`: there a monitor may call its id `flight` and its time `departed`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

import msgspec
import polars as pl

from modelwatch.collect.layout import Layout
from modelwatch.collect.objects import column_of
from modelwatch.domain.columns import (
    ERROR,
    LATENCY_MS,
    MODEL_VERSION,
    PREDICTION,
    PREDICTION_ID,
    SCORE,
    TIMESTAMP,
    Task,
)
from modelwatch.domain.errors import InputError

_OWN = (PREDICTION_ID, TIMESTAMP, MODEL_VERSION, SCORE, PREDICTION, LATENCY_MS, ERROR)
_ARGUMENTS = ("id", "timestamp", "version", "score", "prediction", "latency_ms", "error")
_FEATURES, _INPUT, _OUTPUT = "features", "input", "output"


def decoded(rows: Iterable[bytes]) -> list[dict[str, Any]]:
    """JSON objects as dicts; `NaN` and `Infinity`, which Python writes and strict JSON does not know, are read too.

    Raises
    ------
    InputError
        If one of them is no JSON object.

    Examples
    --------
    >>> decoded([b'{"score": NaN}'])
    [{'score': nan}]
    """
    found: list[dict[str, Any]] = []
    for row in rows:
        try:
            found.append(_DECODER.decode(row))
        except msgspec.DecodeError:
            found.append(_decoded_loosely(row))
    return found


_DECODER = msgspec.json.Decoder(dict[str, Any])


def _decoded_loosely(row: bytes) -> dict[str, Any]:
    try:
        value = json.loads(row)
    except (ValueError, RecursionError) as error:
        raise InputError(f"a row is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise InputError("a row is not a JSON object: write {...}")
    return cast("dict[str, Any]", value)


def frame_of(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Decoded JSON objects as columns; the members of `features` become columns of their own.

    A feature that is named like another member becomes `features.<name>`.

    Examples
    --------
    >>> frame_of([{"prediction_id": "a", "features": {"temp": 39.5}}, {"prediction_id": "b"}]).rows()
    [('a', 39.5), ('b', None)]
    """
    flat = [_flat(row) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    return pl.DataFrame([column_of(name, [row.get(name) for row in flat]) for name in names])


def from_wire(frame: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, Layout]:
    """A frame of the wire in a monitor's columns, and the layout by which to read it.

    What the monitor names otherwise is renamed, what it does not name is read by the wire's names. `input` is
    spread over the features in the monitor's order; `output` is the score of a binary monitor where it is a
    fraction, and the prediction otherwise.

    Examples
    --------
    >>> from modelwatch.domain.columns import ColumnKind
    >>> layout = Layout(features={"temp": ColumnKind.NUMERIC}, task=Task.BINARY, id="flight", score="p")
    >>> frame, read = from_wire(frame_of([{"prediction_id": "a", "input": [39.5], "output": 0.8}]), layout)
    >>> frame.rows(named=True)
    [{'flight': 'a', 'p': 0.8, 'temp': 39.5}]
    """
    frame = _with_output(_with_input(frame, layout), layout)
    renamed: dict[str, str] = {}
    declared: dict[str, Any] = {}
    for own, argument in zip(_OWN, _ARGUMENTS, strict=True):
        source = layout.roles.get(own)
        if own not in frame.columns or own in layout.features:
            continue
        if source is None:
            declared[argument] = own
        elif source not in frame.columns:
            renamed[own] = source
    return frame.rename(renamed), replace(layout, **declared)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    features = row.get(_FEATURES)
    if not isinstance(features, dict):
        return dict(row)
    outside = {name: value for name, value in row.items() if name != _FEATURES}
    inside = cast("dict[str, Any]", features)
    return outside | {f"{_FEATURES}.{name}" if name in outside else name: value for name, value in inside.items()}


def _with_input(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    if _INPUT not in frame.columns or _INPUT in layout.features:
        return frame
    rows: list[list[Any]] = [each if isinstance(each, list) else [] for each in frame[_INPUT].to_list()]
    spread: dict[str, pl.Series] = {}
    for place, name in enumerate(layout.features):
        found = column_of(name, [row[place] if place < len(row) else None for row in rows])
        if found.null_count() < found.len() and name not in frame.columns:
            spread[name] = found
    fits = all(len(row) <= len(layout.features) for row in rows)
    # Values beyond the features have no name: all are kept with the metadata.
    return (frame.drop(_INPUT) if fits else frame).with_columns(**spread)


def _with_output(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    if _OUTPUT not in frame.columns or _OUTPUT in layout.features:
        return frame
    values = frame[_OUTPUT].to_list()
    is_score = layout.task is Task.BINARY and all(each is None or isinstance(each, float) for each in values)
    target = SCORE if is_score else PREDICTION
    if target not in frame.columns:
        return frame.rename({_OUTPUT: target})
    kept = [own if own is not None else out for own, out in zip(frame[target].to_list(), values, strict=True)]
    return frame.drop(_OUTPUT).with_columns(column_of(target, kept))
