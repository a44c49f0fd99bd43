"""Batches of rows from an Arrow IPC stream, a few record batches at a time.

One of the readers behind `files.read_batches`. Polars reads a stream only as a whole, but the framing is
plain enough to cut it into smaller streams.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl

from modelwatch.domain.errors import Malformed, TooLarge

_CONTINUATION = b"\xff\xff\xff\xff"
_END = _CONTINUATION + b"\x00\x00\x00\x00"
_SCHEMA, _DICTIONARY, _RECORDS = 1, 2, 3
# Places of fields in the flatbuffers tables `Message` and `RecordBatch`.
_HEADER_TYPE, _HEADER, _BODY_LENGTH = 1, 2, 3
_LENGTH, _NODES, _BUFFERS, _COMPRESSION = 0, 1, 2, 3
_DICTIONARY_DATA = 1


@dataclass(frozen=True, slots=True)
class _Message:
    start: int
    size: int
    kind: int
    rows: int


def read_arrow_stream(path: Path, *, rows: int) -> Iterator[pl.DataFrame]:
    """Read a stream in frames of about `rows` rows.

    Raises
    ------
    Malformed
        If the stream breaks off or is damaged.

    References
    ----------
    Apache Arrow, "IPC Streaming Format" and "Encapsulated message format".
    """
    with path.open("rb") as file:
        prefix = b""
        pending: list[_Message] = []
        for message in _messages(path, file):
            if message.kind == _RECORDS:
                pending.append(message)
                if sum(each.rows for each in pending) >= rows:
                    yield from _decoded(file, prefix, pending).iter_slices(rows)
                    pending = []
            else:
                if pending:
                    # The batches before a dictionary are read with those that stood before them.
                    yield from _decoded(file, prefix, pending).iter_slices(rows)
                    pending = []
                prefix += _bytes_of(file, message)
        if pending:
            yield from _decoded(file, prefix, pending).iter_slices(rows)


def count_arrow_stream(path: Path) -> int:
    """Rows of a stream, from the messages' headers alone."""
    with path.open("rb") as file:
        return sum(message.rows for message in _messages(path, file) if message.kind == _RECORDS)


def check_arrow_stream(body: bytes, *, limit: int) -> int:
    """Rows of a stream in memory, from the messages' headers alone, once it is safe to read.

    A reader believes the lengths that stand in the headers and allocates by them; here they are held against
    the bytes that came.

    Parameters
    ----------
    limit
        Most bytes, and most values of a column, that the stream may claim to come to.

    Raises
    ------
    Malformed
        If the stream breaks off or is damaged, or its first message is no schema.
    TooLarge
        If it claims more than `limit`.
    """
    file = io.BytesIO(body)
    messages = list(_messages("the body", file))
    if not messages or messages[0].kind != _SCHEMA:
        raise Malformed("the body is not an Arrow stream: it does not begin with a schema")
    claimed = 0
    for message in messages:
        if message.kind == _SCHEMA:
            continue
        try:
            claimed += _claimed(_bytes_of(file, message), message.kind)
        except (struct.error, IndexError):
            raise _broken("the body", message.start) from None
        if claimed > limit:
            raise TooLarge(f"the Arrow stream comes to more than {limit:,} bytes: send it in parts")
    return sum(message.rows for message in messages if message.kind == _RECORDS)


def _claimed(message: bytes, kind: int) -> int:
    """Bytes that a batch says it comes to: its buffers as they are once unpacked, one byte a value at least."""
    metadata_size = _unpack("<i", message, 4)
    metadata, data = message[8 : 8 + metadata_size], message[8 + metadata_size :]
    table = _unpack("<I", metadata, 0)
    place = _field(metadata, table, _HEADER)
    batch = place + _unpack("<I", metadata, place)
    if kind == _DICTIONARY:
        place = _field(metadata, batch, _DICTIONARY_DATA)
        batch = place + _unpack("<I", metadata, place)
    total = 0
    for length, nulls in _structs(metadata, batch, _NODES):
        if length < 0 or not 0 <= nulls <= length:
            raise IndexError(length)
        total = max(total, length)
    compressed = bool(_field(metadata, batch, _COMPRESSION))
    for offset, length in _structs(metadata, batch, _BUFFERS):
        if offset < 0 or length < 0 or offset + length > len(data):
            raise IndexError(offset)
        unpacked = _unpack("<q", data, offset) if compressed and length >= 8 else -1
        if unpacked < -1:
            raise IndexError(unpacked)
        total += length if unpacked == -1 else unpacked
    return total


def _structs(metadata: bytes, table: int, number: int) -> Iterator[tuple[int, int]]:
    """A vector of pairs of 64-bit integers; none if the field is not there."""
    field = _field(metadata, table, number)
    if not field:
        return
    vector = field + _unpack("<I", metadata, field)
    count = _unpack("<I", metadata, vector)
    if vector + 4 + 16 * count > len(metadata):
        raise IndexError(count)
    yield from struct.iter_unpack("<qq", metadata[vector + 4 : vector + 4 + 16 * count])


def _messages(path: Path | str, file: BinaryIO) -> Iterator[_Message]:
    end = file.seek(0, io.SEEK_END)
    start = 0
    while start < end:
        file.seek(start)
        frame = file.read(8)
        if frame == _END:
            return
        metadata_size = int.from_bytes(frame[4:], "little", signed=True)
        if frame[:4] != _CONTINUATION or len(frame) < 8 or not 0 < metadata_size <= end - start - 8:
            raise _broken(path, start)
        try:
            kind, rows, body_size = _describe(file.read(metadata_size))
        except (struct.error, IndexError):
            raise _broken(path, start) from None
        size = 8 + metadata_size + body_size
        if body_size < 0 or rows < 0 or start + size > end:
            raise _broken(path, start)
        yield _Message(start, size, kind, rows)
        start += size


def _describe(metadata: bytes) -> tuple[int, int, int]:
    """Kind, rows and length of the body of a message."""
    message = _unpack("<I", metadata, 0)
    kind = _unpack("<B", metadata, _field(metadata, message, _HEADER_TYPE))
    body_length = _field(metadata, message, _BODY_LENGTH)
    body_size = _unpack("<q", metadata, body_length) if body_length else 0
    if kind != _RECORDS:
        return kind, 0, body_size
    place = _field(metadata, message, _HEADER)
    length = _field(metadata, place + _unpack("<I", metadata, place), _LENGTH)
    return kind, _unpack("<q", metadata, length) if length else 0, body_size


def _field(buffer: bytes, table: int, number: int) -> int:
    """Where a flatbuffers table keeps a field, 0 if it has its default."""
    vtable = table - _unpack("<i", buffer, table)
    entry = 4 + 2 * number
    if entry >= _unpack("<H", buffer, vtable):
        return 0
    offset = _unpack("<H", buffer, vtable + entry)
    return table + offset if offset else 0


def _unpack(layout: str, buffer: bytes, place: int) -> int:
    if place < 0:
        raise IndexError(place)
    return int(struct.unpack_from(layout, buffer, place)[0])


def _decoded(file: BinaryIO, prefix: bytes, messages: list[_Message]) -> pl.DataFrame:
    body = b"".join(_bytes_of(file, message) for message in messages)
    return pl.read_ipc_stream(io.BytesIO(prefix + body + _END))


def _bytes_of(file: BinaryIO, message: _Message) -> bytes:
    file.seek(message.start)
    return file.read(message.size)


def _broken(path: Path | str, start: int) -> Malformed:
    return Malformed(f"{path} breaks off or is damaged at byte {start}: it is not a whole Arrow stream")
