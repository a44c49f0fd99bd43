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
from modelwatch.domain.errors import InputError, Malformed

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
        records = [flat_record(record) for record in _decode(path, written)]
        names.update(dict.fromkeys(name for record in records for name in record))
        yield pl.DataFrame([column_of(printable_name(name), [each.get(name) for each in records]) for name in names])


_DECODER = msgspec.json.Decoder(dict[str, Any])


def _decode(path: Path, lines: pl.DataFrame) -> list[dict[str, Any]]:
    text = lines["line"].str.join("\n").item()
    try:
        return _DECODER.decode_lines(text)
    except (msgspec.DecodeError, RecursionError):
        # The standard library is slower but takes NaN, 1e400 and half surrogates, and tells the faulty line.
        rows = lines.select("number", "line").iter_rows()
        return [decode_lenient(line, f"line {number} of {path}") for number, line in rows]


def decode_lenient(text: str, where: str, *, objects_only: bool = True) -> Any:
    """JSON as the standard library reads it: NaN, numbers beyond a float64 and half surrogates are values.

    Raises
    ------
    Malformed
        If `text` is no JSON; `where` names it.
    InputError
        If it is no object where only those are wanted, or nested too deeply.
    """
    try:
        value: Any = json.loads(text.removeprefix("\ufeff"), parse_int=_integer)
    except json.JSONDecodeError as error:
        raise Malformed(f"{where} is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise InputError(f"{where} is nested too deeply to be a prediction") from None
    if objects_only and not isinstance(value, dict):
        raise InputError(f"{where} is not a JSON object: write one object a line, {{...}}")
    return cast("Any", value)


def _integer(digits: str) -> int | float:
    """A whole number; one that Python refuses to convert for its length is infinite."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


_LONGEST_INTEGER = 4000


def flat_record(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the fields of its `features` object beside the others; one that is taken gets a prefix."""
    features = record.get(_FEATURES)
    if not isinstance(features, dict):
        return record
    outside = record.copy()
    del outside[_FEATURES]
    inside = cast("dict[str, Any]", features)
    if outside.keys().isdisjoint(inside):
        return outside | inside
    return outside | {f"{_FEATURES}.{name}" if name in outside else name: value for name, value in inside.items()}


def printable_name(name: str) -> str:
    """A field's name as UTF-8 can hold it: half of a surrogate pair becomes its escape."""
    return name.encode("utf-8", "backslashreplace").decode()
