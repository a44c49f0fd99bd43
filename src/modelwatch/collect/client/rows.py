"""What the caller's thread notes of a call, and in the background the JSON object that it becomes.

A note is a plain tuple, because making one takes the caller the least time: `recorder` makes them, `sender` packs them.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import msgspec

from modelwatch.collect.client.sink import Kind

if TYPE_CHECKING:
    import polars as pl

# The kind, nanoseconds since 1970 at the call, and the values of FIELDS[kind]; of a table the one value is the table.
Note = tuple[Kind, int, tuple[Any, ...]]

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PREDICTIONS: (
        "prediction_id",
        "timestamp",
        "model_version",
        "features",
        "score",
        "prediction",
        "probabilities",
        "output",
        "latency_ms",
        "error",
        "metadata",
    ),
    Kind.LABELS: ("prediction_id", "timestamp", "label", "outcome"),
    Kind.EVENTS: ("kind", "at", "until", "note", "link"),
}
_TIME = {Kind.PREDICTIONS: "timestamp", Kind.LABELS: "timestamp", Kind.EVENTS: "at"}
_DEEPEST = 32
_LONGEST_TEXT = 200
# Python refuses to write whole numbers of more digits; to any reader they are infinite.
_WIDEST_INTEGER = 14_000


@dataclass(frozen=True, slots=True)
class Written:
    """One row as JSON, and how many of its values had to be replaced by a text of theirs."""

    text: bytes
    faults: int = 0


def table_of(note: Note) -> pl.DataFrame | None:
    """The table that a note holds, None if it is of a single row."""
    values = note[2]
    return values[0] if len(values) == 1 else None


def row_of(note: Note) -> dict[str, Any]:
    """The fields of a note's row that were given; its time is that of the call if none was.

    Examples
    --------
    >>> row_of((Kind.LABELS, 0, ("a", None, 1, "label")))
    {'prediction_id': 'a', 'label': 1, 'outcome': 'label', 'timestamp': datetime.datetime(1970, 1, 1, 0, 0, ...)}
    """
    kind, called_ns, values = note
    row = {name: value for name, value in zip(FIELDS[kind], values, strict=True) if value is not None}
    when = _TIME[kind]
    given = row.get(when)
    if given is None:
        row[when] = _EPOCH + timedelta(microseconds=called_ns // 1000)
    elif issubclass(type(given), datetime) and given.tzinfo is None and given == given:  # noqa: PLR0124 (NaT is none)
        row[when] = given.replace(tzinfo=UTC)
    if isinstance(row.get("features"), list):
        row["input"] = row.pop("features")
    if kind is Kind.LABELS:
        row.setdefault("label", None)
    return row


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(row: dict[str, Any]) -> Written:
    r"""Write a row as JSON, whatever its values are.

    NaN and infinities are written as `NaN` and `Infinity`, as Python's own `json` does: null would hide them. A
    value that JSON cannot say is replaced by its text, for the receiver to judge.

    Examples
    --------
    >>> write({"score": float("nan"), "features": {"temp": 39.5}}).text
    b'{"score":NaN,"features":{"temp":39.5}}'
    >>> write({"features": {"temp": object}})
    Written(text=b'{"features":{"temp":"<class \'object\'>"}}', faults=1)
    """
    try:
        text = _ENCODER.encode(row)
    except Exception:  # noqa: BLE001 (a caller's class may raise anything)
        text = b""
    # A number that is not finite has become null, unless it is one that was given.
    if text and b"null" not in text:
        return Written(text)
    return _write_with_care(row)


def _write_with_care(row: dict[str, Any]) -> Written:
    cleaner = _Cleaner()
    plain = cleaner.plain(row, depth=0)
    return Written(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), cleaner.faults)


def _from_numpy(value: Any) -> Any:
    convert: Callable[[], Any] | None = getattr(value, "tolist", None)
    if convert is None:
        raise TypeError(type(value).__name__)
    return convert()


_ENCODER = msgspec.json.Encoder(enc_hook=_from_numpy, decimal_format="number")


class _Cleaner:
    """Turns any value into what `json` can write, and counts what it had to replace."""

    def __init__(self) -> None:
        self.faults = 0

    def plain(self, value: Any, *, depth: int) -> Any:
        if depth > _DEEPEST:
            return self._replaced(value)
        try:
            return self._plain(value, depth)
        except Exception:  # noqa: BLE001 (a caller's class may raise anything)
            return self._replaced(value)

    def _plain(self, value: Any, depth: int) -> Any:
        # Not isinstance, which asks the value itself.
        kind = cast("Any", type(value))
        if value is None or kind is bool:
            return value
        for kinds, convert in _PLAIN:
            if issubclass(kind, kinds):
                return convert(self, value, depth + 1)
        if is_dataclass(kind):
            return {each.name: self.plain(getattr(value, each.name), depth=depth + 1) for each in fields(kind)}
        if hasattr(kind, "tolist") and hasattr(kind, "dtype"):
            return self.plain(value.tolist(), depth=depth + 1)
        return None if kind.__name__ in ("NAType", "NaTType") else self._replaced(value)

    def mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        return {_text(str(name)): self.plain(item, depth=depth) for name, item in value.items()}

    def sequence(self, value: Sequence[Any] | Set[Any], depth: int) -> list[Any]:
        return [self.plain(item, depth=depth) for item in value]

    def integer(self, value: int, depth: int) -> Any:
        del depth
        if value.bit_length() <= _WIDEST_INTEGER:
            return int(value)
        return math.inf if value > 0 else -math.inf

    def moment(self, value: Any, depth: int) -> Any:
        del depth
        # NaT of pandas is a datetime that differs from itself.
        return value.isoformat().replace("+00:00", "Z") if value == value else None  # noqa: PLR0124

    def _replaced(self, value: object) -> str:
        self.faults += 1
        try:
            return _text(str(value))[:_LONGEST_TEXT]
        except Exception:  # noqa: BLE001 (as above)
            return f"<{type(value).__name__}>"


def _text(value: str) -> str:
    """Text without halves of surrogate pairs, which UTF-8 cannot hold."""
    return str(value).encode("utf-8", "backslashreplace").decode()


_PLAIN: tuple[tuple[Any, Callable[[_Cleaner, Any, int], Any]], ...] = (
    (str, lambda _, value, __: _text(value)),
    (int, _Cleaner.integer),
    (float, lambda _, value, __: float(value)),
    (Enum, lambda cleaner, value, depth: cleaner.plain(value.value, depth=depth)),
    (Mapping, _Cleaner.mapping),
    ((list, tuple, Set), _Cleaner.sequence),
    ((datetime, date, time), _Cleaner.moment),
    (Decimal, lambda _, value, __: float(value)),
    (UUID, lambda _, value, __: str(value)),
    ((bytes, bytearray), lambda _, value, __: base64.b64encode(cast("bytes", value)).decode()),
)
