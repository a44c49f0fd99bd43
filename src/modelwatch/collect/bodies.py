"""The body of a request as rows: JSON, JSON lines, columnar JSON or an Arrow stream, plain or compressed.

The way in of the server; what it returns goes on to `canonical`. A body is refused only if it cannot be split
into rows: what is wrong with a single row is found later, and quarantines that row alone.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast

import msgspec
import polars as pl

from modelwatch.collect.arrow_stream import check_arrow_stream
from modelwatch.collect.json_lines import decode_lenient, flat_record, printable_name
from modelwatch.collect.objects import column_of
from modelwatch.domain.errors import InputError, Malformed, TooLarge, UnknownEncoding

WIRE_LIMIT = 64 << 20
DECODED_LIMIT = 64 << 20
MOST_ROWS = 1_000_000
MOST_COLUMNS = 10_000
MOST_VALUES = 3_000_000
"""Of JSON, whose every value takes some hundred bytes of memory once it is read."""

JSON, ARROW = "application/json", "application/vnd.apache.arrow.stream"
JSON_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines")
MEDIA_TYPES = (JSON, *JSON_LINES, ARROW)
ENCODINGS = ("identity", "gzip", "zstd")
_CHUNK = 1 << 20
_RECORD_BYTES, _VALUE_BYTES = 128, 128

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of one body: as records of a few fields each, or as columns."""

    records: Sequence[Record] | None = None
    columns: pl.DataFrame | None = None
    single: bool = False

    @property
    def height(self) -> int:
        """How many rows there are."""
        if self.columns is not None:
            return self.columns.height
        return len(self.records or ())

    @property
    def size(self) -> int:
        """About how many bytes of memory they take."""
        if self.columns is not None:
            return int(self.columns.estimated_size())
        return sum(_RECORD_BYTES + _VALUE_BYTES * len(record) for record in self.records or ())


def decode_body(body: bytes, *, media_type: str, encoding: str = "identity", limit: int = DECODED_LIMIT) -> Rows:
    """Split a body into rows.

    Parameters
    ----------
    media_type
        One of `MEDIA_TYPES`, without parameters; JSON may be one object, a list of objects, or columnar: an
        object whose fields are lists of equal length (those inside `features` as well).
    encoding
        One of `ENCODINGS`.
    limit
        Most bytes that a compressed body may come to.

    Raises
    ------
    Malformed
        If the body is not what its type or its encoding says.
    InputError
        If it is, but cannot be split into rows.
    TooLarge
        If it has too many bytes, rows or columns.
    UnknownEncoding
        If the type or the encoding is none of those.

    Examples
    --------
    >>> decode_body(b'[{"features": {"temp": 20}, "score": 0.8}]', media_type="application/json").records
    [{'score': 0.8, 'temp': 20}]
    >>> decode_body(b'{"prediction_id": ["a", "b"], "label": [0, 1]}', media_type="application/json").height
    2
    """
    plain = decompressed(body, encoding, limit=limit)
    if media_type == ARROW:
        rows = Rows(columns=_arrow(plain, limit))
    elif media_type in JSON_LINES:
        _check_values(plain)
        rows = Rows(records=[flat_record(record) for record in _json_lines(plain)])
    elif media_type == JSON:
        _check_values(plain)
        rows = _json(plain)
    else:
        raise UnknownEncoding(f"a body of type {media_type!r} cannot be read: send one of {', '.join(MEDIA_TYPES)}")
    if rows.height > MOST_ROWS:
        raise TooLarge(f"the body has {rows.height:,} rows: send at most {MOST_ROWS:,} at once")
    return rows


def to_frame(records: Sequence[Record]) -> pl.DataFrame:
    """Records as columns: every field that any of them has, null where one lacks it.

    Raises
    ------
    TooLarge
        If there are more than `MOST_COLUMNS` different fields.
    """
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    if len(names) > MOST_COLUMNS:
        raise TooLarge(f"the rows have {len(names):,} different fields: send at most {MOST_COLUMNS:,}")
    if not names:
        return pl.DataFrame({"_empty": pl.repeat(None, len(records), dtype=pl.Null, eager=True)})
    return pl.DataFrame([column_of(printable_name(name), values) for name, values in _columns(records, [*names])])


def _columns(records: Sequence[Record], names: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
    """The values of every field, row by row."""
    if len(names) > 1 and all(len(record) == len(names) for record in records):
        # All have all of them, as rows mostly do; this is three times as fast.
        rows = map(itemgetter(*names), records)
        yield from ((name, list(values)) for name, values in zip(names, zip(*rows, strict=True), strict=True))
    else:
        yield from ((name, [record.get(name) for record in records]) for name in names)


def decompressed(body: bytes, encoding: str, *, limit: int) -> bytes:
    """Undo a content encoding without ever holding more than `limit` bytes.

    Raises
    ------
    Malformed
        If the bytes are damaged or cut short.
    TooLarge
        If they come to more.
    UnknownEncoding
        If the encoding is none of `ENCODINGS`, or zstd is not installed.
    """
    match encoding.strip().lower():
        case "" | "identity":
            plain = body
        case "gzip" | "x-gzip":
            plain = _gunzip(body, limit)
        case "zstd":
            plain = _unzstd(body, limit)
        case other:
            raise UnknownEncoding(f"a body encoded as {other!r} cannot be read: use one of {', '.join(ENCODINGS)}")
    if len(plain) > limit:
        raise TooLarge(f"the body comes to more than {limit:,} bytes: send it in parts")
    return plain


def _gunzip(body: bytes, limit: int) -> bytes:
    found = bytearray()
    left = body
    try:
        while left:
            unpack = zlib.decompressobj(wbits=31)
            found += unpack.decompress(left, limit + 1 - len(found))
            if len(found) > limit:
                break
            if not unpack.eof:
                raise Malformed("the gzip body is cut short")
            left = unpack.unused_data
    except zlib.error as error:
        raise Malformed(f"the body is not gzip: {error}") from None
    return bytes(found)


def _unzstd(body: bytes, limit: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        raise UnknownEncoding("zstd is not installed here: send gzip, or pip install 'modelwatch[serve]'") from None
    found = bytearray()
    try:
        # The window is bounded too: a frame may ask for 2 GB of memory before its first byte.
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            io.BytesIO(body), read_across_frames=True
        )
        while len(found) <= limit and (chunk := reader.read(_CHUNK)):
            found += chunk
    except zstandard.ZstdError as error:
        raise Malformed(f"the body is not zstd: {error}") from None
    return bytes(found)


def _arrow(body: bytes, limit: int) -> pl.DataFrame:
    rows = check_arrow_stream(body, limit=limit)
    if rows > MOST_ROWS:
        raise TooLarge(f"the body has {rows:,} rows: send at most {MOST_ROWS:,} at once")
    try:
        frame = pl.read_ipc_stream(io.BytesIO(body))
        # Text is not checked by the reader; counting characters walks over every byte of it.
        frame.select(pl.col(pl.String).str.len_chars().sum())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise Malformed(f"the body is not a whole Arrow stream: {str(error).partition(chr(10))[0]}") from None
    if frame.width > MOST_COLUMNS:
        raise TooLarge(f"the body has {frame.width:,} columns: send at most {MOST_COLUMNS:,}")
    return frame


def _check_values(text: bytes) -> None:
    """Refuse JSON that would take far more memory than it has bytes; commas within words count too."""
    values = sum(text.count(mark) for mark in (b",", b"[", b"{"))
    if values > MOST_VALUES:
        raise TooLarge(f"the JSON has about {values:,} values: send at most {MOST_VALUES:,} at once, or Arrow")


def _json_lines(body: bytes) -> list[Record]:
    text = _text(body)
    try:
        return _RECORD.decode_lines(text)
    except (msgspec.DecodeError, RecursionError):
        lines = enumerate(text.split("\n"), start=1)
        return [decode_lenient(line, f"line {number}") for number, line in lines if line.strip(" \t\r\ufeff")]


def _json(body: bytes) -> Rows:
    value = _json_value(body)
    if isinstance(value, list):
        return Rows(records=[_record(each, place) for place, each in enumerate(cast("list[Any]", value), start=1)])
    if not isinstance(value, dict):
        raise InputError(f"the body is a JSON {_kind(value)}: send an object, or a list of objects")
    record = cast("Record", value)
    columns = _columnar(record)
    if columns is not None:
        return Rows(columns=columns)
    return Rows(records=[flat_record(record)], single=True)


def _json_value(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return decode_lenient(_text(body), "the body", objects_only=False)
    except Malformed as error:
        if b"}\n{" in body or b"}\r\n{" in body:
            raise Malformed(f"{error}; several objects, one a line, have the type {JSON_LINES[0]}") from None
        raise


def _record(value: object, place: int) -> Record:
    if not isinstance(value, dict):
        raise InputError(f"element {place} of the list is a JSON {_kind(value)}: every row must be an object")
    return flat_record(cast("Record", value))


def _columnar(body: Mapping[str, Any]) -> pl.DataFrame | None:
    """The columns of an object whose fields are all lists; None if it is one row.

    Raises
    ------
    InputError
        If the lists differ in length.
    """
    fields = {name: value for name, value in body.items() if name != "features"}
    features = body.get("features")
    if isinstance(features, Mapping):
        inside = cast("Mapping[str, Any]", features)
        fields |= {f"features.{name}" if name in fields else name: value for name, value in inside.items()}
    elif features is not None:
        return None
    if not fields or "input" in fields or not all(isinstance(value, list) for value in fields.values()):
        return None
    lengths = {name: len(value) for name, value in fields.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in list(lengths.items())[:10])
        raise InputError(f"the columns differ in length ({told}): every column needs one value a row")
    if len(fields) > MOST_COLUMNS:
        raise TooLarge(f"the body has {len(fields):,} columns: send at most {MOST_COLUMNS:,}")
    return pl.DataFrame([column_of(printable_name(name), value) for name, value in fields.items()])


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"the body is not UTF-8 text: {error.reason} at byte {error.start}") from None


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case list():
            return "list"
        case _:
            return "number"


_RECORD = msgspec.json.Decoder(dict[str, Any])
