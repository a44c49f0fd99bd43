"""Valid Arrow streams, damaged: what a hostile or broken client might send as a body."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime

import polars as pl

from served import arrow_bytes


def streams() -> list[bytes]:
    """Streams of many types, each in every compression."""
    height = 60
    frame = pl.DataFrame(
        {
            "prediction_id": [f"m{row}" for row in range(height)],
            "timestamp": [datetime(2026, 3, 1, tzinfo=UTC)] * height,
            "day": [date(2026, 3, 1)] * height,
            "score": [row / height for row in range(height)],
            "count": range(height),
            "flag": [row % 2 == 0 for row in range(height)],
            "word": [None if row % 7 == 0 else "word" * (row % 5) for row in range(height)],
            "list": [[row] * (row % 4) for row in range(height)],
            "inside": [{"a": row, "b": str(row)} for row in range(height)],
            "kind": pl.Series(["x", "y", "z"] * (height // 3), dtype=pl.Categorical),
            "bytes": [bytes([row]) for row in range(height)],
        }
    )
    parts = [frame, frame.select("prediction_id", "timestamp", "score"), frame.select("prediction_id", "kind")]
    return [arrow_bytes(part, kind) for part in parts for kind in ("uncompressed", "lz4", "zstd")]


def mutants(count: int, *, seed: int = 7) -> Iterator[bytes]:
    """Damaged copies: flipped bits, runs of ones, huge lengths, cut and doubled parts."""
    choice = random.Random(seed)
    whole = streams()
    for number in range(count):
        body = bytearray(choice.choice(whole))
        for _ in range(choice.choice([1, 1, 2, 5])):
            _damage(body, choice, number % 5)
        yield bytes(body)


def _damage(body: bytearray, choice: random.Random, how: int) -> None:
    place = choice.randrange(max(len(body) - 8, 1))
    match how:
        case 0:
            body[place] ^= 1 << choice.randrange(8)
        case 1:
            body[place : place + choice.choice([4, 8])] = b"\xff" * 8
        case 2:
            length = choice.choice([2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1, 0])
            body[place // 4 * 4 : place // 4 * 4 + 8] = length.to_bytes(8, "little")
        case 3:
            del body[choice.randrange(len(body) // 2, len(body)) :]
        case _:
            body[place:place] = body[place : place + choice.randrange(1, 64)]
