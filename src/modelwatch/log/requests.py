"""One spooled request: rows for one table of one model, packed with a checksum over all that describes them.

The form in which `spool` keeps rows.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from modelwatch.domain.names import ModelKey


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Rows to be spooled for one table of one model; `received` is their arrival, microseconds since 1970."""

    key: ModelKey
    table: str
    frame: pl.DataFrame
    received: int

    def pack(self) -> tuple[bytes, bytes]:
        """The rows as a compressed Arrow stream, and a checksum."""
        buffer = io.BytesIO()
        self.frame.write_ipc_stream(buffer, compression="zstd")
        body = buffer.getvalue()
        return body, _checksum(self.key, self.table, self.received, self.frame.height, body)


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A spooled request; `id` is its place in the order of arrival."""

    id: int
    key: ModelKey
    table: str
    received: int
    rows: int
    body: bytes
    checksum: bytes

    def is_whole(self) -> bool:
        """Whether it is what was packed."""
        return _checksum(self.key, self.table, self.received, self.rows, self.body) == self.checksum

    def frame(self) -> pl.DataFrame:
        """The rows."""
        return pl.read_ipc_stream(io.BytesIO(self.body))


class Answer(NamedTuple):
    """What a request that may be sent again was answered: `body_hash` tells whether it is the same request."""

    project: str
    route: str
    key: str
    body_hash: bytes
    body: bytes
    at: int


def _checksum(key: ModelKey, table: str, received: int, rows: int, body: bytes) -> bytes:
    """Covers what stands beside the body too, so that no flipped bit moves rows to another table."""
    head = f"{key}\n{table}\n{received}\n{rows}\n".encode()
    return hashlib.blake2b(head + body, digest_size=16).digest()
