"""Which format a file has: told by its first bytes, and by its name only where text could be either kind.

`files` asks before it reads.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from modelwatch.domain.errors import InputError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_PARQUET, _ARROW_FILE, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
_HEAD = 4096


class Format(StrEnum):
    """The formats that can be read; both kinds of text also compressed by gzip or zstd."""

    PARQUET = "parquet"
    ARROW_FILE = "arrow file"
    ARROW_STREAM = "arrow stream"
    CSV = "csv"
    JSON_LINES = "json lines"


_SUFFIXES = {
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".arrow": Format.ARROW_FILE,
    ".feather": Format.ARROW_FILE,
    ".ipc": Format.ARROW_FILE,
    ".arrows": Format.ARROW_STREAM,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".json": Format.JSON_LINES,
}


def format_of(path: Path) -> Format:
    """Tell the format of a file.

    Raises
    ------
    InputError
        If there is no such file, it is empty, or it is of no format that can be read.
    """
    head = _head_of(path)
    named = _SUFFIXES.get(_suffix_of(path))
    if head.startswith(_PARQUET):
        return Format.PARQUET
    if head.startswith(_ARROW_FILE):
        return Format.ARROW_FILE
    if head.startswith(_ARROW_STREAM):
        return Format.ARROW_STREAM
    if named is not None and named not in (Format.CSV, Format.JSON_LINES):
        article = "an" if named.startswith("a") else "a"
        raise InputError(f"{path} is not {article} {named}: it does not begin like one")
    if is_compressed(path):
        # What is inside shows only once it is unpacked; its name must say.
        if named is None:
            raise InputError(f"{path} is compressed: its name must say of what, as in .csv.gz or .jsonl.zst")
        return named
    if b"\x00" in head:
        raise InputError(f"{path} is of no format that can be read; those are {', '.join(Format)}")
    if named is not None:
        return named
    return Format.JSON_LINES if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else Format.CSV


def is_compressed(path: Path) -> bool:
    """Whether the file begins like one of gzip or zstd."""
    with path.open("rb") as file:
        return file.read(4).startswith((_GZIP, _ZSTD))


def _head_of(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path} is a folder: name the files in it")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if not head:
        raise InputError(f"{path} is empty")
    return head


def _suffix_of(path: Path) -> str:
    name = Path(path.name.lower())
    return name.with_suffix("").suffix if name.suffix in (".gz", ".zst", ".zstd") else name.suffix
