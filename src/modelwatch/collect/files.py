"""Files as batches of rows: Parquet, CSV, JSON lines, Arrow files and streams, in bounded memory.

The way in of `ingest` and `label`; `canonical` takes the batches from here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import polars as pl

from modelwatch.collect.arrow_stream import count_arrow_stream, read_arrow_stream
from modelwatch.collect.delimited import read_delimited
from modelwatch.collect.formats import Format, format_of, is_compressed
from modelwatch.collect.json_lines import read_json_lines
from modelwatch.domain.errors import InputError

BATCH_ROWS = 50_000
_CHUNK = 1 << 20


def read_batches(path: str | PathLike[str], *, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
    """Read a file in batches of at most `rows` rows, in the file's order.

    Parameters
    ----------
    path
        A file of any `Format`, which its first bytes tell; text may be compressed by gzip or zstd.
    rows
        Rows of a batch; memory grows with it, not with the file.

    Returns
    -------
    iterator of DataFrame
        Columns as they are in the file. Those of CSV are all text, since it knows no types (`is_untyped`);
        those of JSON lines are of Python objects where a batch mixes types.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged or of no format that can be read.
    """
    source = Path(path)
    kind = format_of(source)
    readers = {
        Format.CSV: read_delimited,
        Format.JSON_LINES: read_json_lines,
        Format.ARROW_STREAM: read_arrow_stream,
        Format.PARQUET: _read_parquet,
        Format.ARROW_FILE: _read_arrow_file,
    }
    found = False
    with _told_plainly(source, kind):
        for batch in readers[kind](source, rows=rows):
            if batch.height:
                found = True
                yield batch
    if not found:
        raise InputError(f"{source} has no rows")


def is_untyped(path: str | PathLike[str]) -> bool:
    """Whether the file's values are text whose meaning the layout has to say: the `text` of `canonical`."""
    return format_of(Path(path)) is Format.CSV


def count_rows(path: str | PathLike[str]) -> int | None:
    """Rows of a file where that is quick to tell, for a progress bar; text is counted by its lines.

    Returns
    -------
    int or None
        None for compressed text.

    Raises
    ------
    InputError
        As `read_batches`.
    """
    source = Path(path)
    kind = format_of(source)
    with _told_plainly(source, kind):
        if kind is Format.PARQUET:
            return pl.scan_parquet(source, glob=False).select(pl.len()).collect().item()
        if kind is Format.ARROW_FILE:
            return pl.scan_ipc(source, glob=False).select(pl.len()).collect().item()
        if kind is Format.ARROW_STREAM:
            return count_arrow_stream(source)
    if is_compressed(source):
        return None
    lines = sum(chunk.count(b"\n") for chunk in _chunks(source))
    return lines - 1 if kind is Format.CSV else lines


def digest_of(path: str | PathLike[str]) -> str:
    """A hash of the file's content: the same content is the same source, whatever it is called.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    source = Path(path)
    kind = format_of(source)
    found = hashlib.blake2b(digest_size=16)
    with _told_plainly(source, kind):
        for chunk in _chunks(source):
            found.update(chunk)
    return found.hexdigest()


def _read_parquet(path: Path, *, rows: int) -> Iterator[pl.DataFrame]:
    yield from pl.scan_parquet(path, glob=False, hive_partitioning=False).collect_batches(chunk_size=rows)


def _read_arrow_file(path: Path, *, rows: int) -> Iterator[pl.DataFrame]:
    yield from pl.scan_ipc(path, glob=False, hive_partitioning=False).collect_batches(chunk_size=rows)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


@contextmanager
def _told_plainly(path: Path, kind: Format) -> Generator[None]:
    """Tell a decoder's error as one sentence with the file's name."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        first_line = str(error).partition("\n")[0]
        if "invalid utf8" in first_line or "invalid utf-8" in first_line:
            raise InputError(f"{path} is not UTF-8 text: save it as UTF-8") from None
        raise InputError(f"{path} is damaged or cut short, it cannot be read as {kind}: {first_line}") from None
