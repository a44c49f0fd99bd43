"""Batches of rows from CSV, every field as text: what a column holds is declared, never guessed.

One of the readers behind `files.read_batches`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl

from modelwatch.domain.errors import InputError

_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class _Table:
    path: Path
    names: list[str]
    separator: str


def read_delimited(path: Path, *, rows: int) -> Iterator[pl.DataFrame]:
    """Read text separated by commas, semicolons, tabs or bars, with a header; an empty field is null.

    Raises
    ------
    InputError
        If the first line is no header, or a line has more or fewer fields than it.
    """
    lines = pl.scan_lines(path, glob=False, row_index_name="number", row_index_offset=1)
    batches = iter(lines.collect_batches(chunk_size=rows))
    table: _Table | None = None
    for batch in batches:
        body = batch
        if table is None:
            start = (batch["line"] != "").arg_max() or 0
            table = _header(path, batch["line"][start])
            body = batch[start + 1 :]
        if body["line"].str.contains('"', literal=True).any():
            # A quoted field may hold separators and line ends; from here on the standard library reads.
            yield from _read_quoted(table, chain([body], batches), rows)
            return
        body = body.filter(pl.col("line") != "")
        if body.height:
            yield _read_plain(table, body)


def _header(path: Path, line: str) -> _Table:
    line = line.removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=line.count)
    try:
        header = list(csv.reader([line], delimiter=separator))
    except csv.Error:
        # A lone carriage return, as old systems end lines: the whole file is one line then.
        raise InputError(
            f"{path} does not end its lines with a line feed: save it with the line ends of Unix"
        ) from None
    fields = [field.strip() for field in header[0]] if header else []
    names = [field or f"column_{place}" for place, field in enumerate(fields, start=1)]
    number = next((field for field in fields if _is_number(field)), None)
    if number is not None or not any(fields):
        raise InputError(f"{path} has no header: its first line has the field {number or ''!r}; name the columns there")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path} names the column {twice!r} twice in its header")
    return _Table(path, names, separator)


def _is_number(field: str) -> bool:
    try:
        return math.isfinite(float(field))
    except ValueError:
        return False


def _ragged(table: _Table, number: int, fields: int) -> InputError:
    return InputError(
        f"line {number} of {table.path} has {fields} fields where the header has {len(table.names)}: "
        "a field that holds the separator must stand in quotes"
    )


def _read_plain(table: _Table, lines: pl.DataFrame) -> pl.DataFrame:
    # Polars fills up a line that is too short without a word.
    fields = lines["line"].str.count_matches(table.separator, literal=True) + 1
    wrong = (fields != len(table.names)).arg_true()
    if wrong.len():
        raise _ragged(table, lines["number"][wrong[0]], fields[wrong[0]])
    text = io.BytesIO(lines["line"].str.join("\n").item().encode())
    return pl.read_csv(
        text,
        has_header=False,
        new_columns=table.names,
        separator=table.separator,
        quote_char=None,
        infer_schema=False,
    )


def _read_quoted(table: _Table, batches: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    numbered = ((number, line + "\n") for batch in batches for number, line in batch.iter_rows())
    first, line = next(numbered)
    reader = csv.reader(chain([line], (line for _, line in numbered)), delimiter=table.separator, strict=True)
    width = len(table.names)
    records: list[list[str]] = []
    try:
        for record in reader:
            if len(record) not in (0, width):
                raise _ragged(table, first + reader.line_num - 1, len(record))
            if record:
                records.append(record)
            if len(records) == rows:
                yield _frame(table.names, records)
                records = []
    except csv.Error as error:
        raise InputError(f"line {first + reader.line_num - 1} of {table.path} is not CSV: {error}") from None
    if records:
        yield _frame(table.names, records)


def _frame(names: list[str], records: list[list[str]]) -> pl.DataFrame:
    columns = [pl.Series(name, values) for name, values in zip(names, zip(*records, strict=True), strict=True)]
    return pl.DataFrame(columns).with_columns(pl.when(pl.all() != "").then(pl.all()))
