"""Batches of rows from JSON lines: every record's own fields, whichever of them the first records had.

One of the readers behind `files.read_batches`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import polars as pl

from modelwatch.collect.objects import column_of
from modelwatch.domain.errors import InputError

_FEATURES = "features"


def read_json_lines(path: Path, *, rows: int) -> Iterator[pl.DataFrame]:
    """Read objects, one a line; the fields of a `features` object become columns of their own.

    A field once seen stays a column of all later batches. Values beyond a float64 are infinite.

    Raises
    ------
    InputError
        At a line that is no JSON object, with its number.
    """
    names: dict[str, None] = {}
    lines = pl.scan_lines(path, glob=False, row_index_name="number", row_index_offset=1)
    for batch in lines.collect_batches(chunk_size=rows):
        written = batch.filter(pl.col("line").str.strip_chars(" \t\r\ufeff") != "")
        if written.height == 0:
            continue
        records = [_flat(record) for record in _decode(path, written)]
        names.update(dict.fromkeys(name for record in records for name in record))
        yield pl.DataFrame([column_of(_name(name), [record.get(name) for record in records]) for name in names])


_DECODER = msgspec.json.Decoder(dict[str, Any])


def _decode(path: Path, lines: pl.DataFrame) -> list[dict[str, Any]]:
    text = lines["line"].str.join("\n").item()
    try:
        return _DECODER.decode_lines(text)
    except (msgspec.DecodeError, RecursionError):
        # The standard library is slower but takes NaN, 1e400 and half surrogates, and tells the faulty line.
        return [_decode_one(path, number, line) for number, line in lines.select("number", "line").iter_rows()]


def _decode_one(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line.removeprefix("\ufeff"), parse_int=_integer)
    except json.JSONDecodeError as error:
        raise InputError(f"line {number} of {path} is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise InputError(f"line {number} of {path} is nested too deeply to be a prediction") from None
    if not isinstance(record, dict):
        raise InputError(f"line {number} of {path} is not a JSON object: write one object a line, {{...}}")
    return cast("dict[str, Any]", record)


def _integer(digits: str) -> int | float:
    """A whole number; one that Python refuses to convert for its length is infinite."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


_LONGEST_INTEGER = 4000


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    features = record.get(_FEATURES)
    if not isinstance(features, dict):
        return record
    outside = {name: value for name, value in record.items() if name != _FEATURES}
    inside = cast("dict[str, Any]", features)
    return outside | {f"{_FEATURES}.{name}" if name in outside else name: value for name, value in inside.items()}


def _name(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()
