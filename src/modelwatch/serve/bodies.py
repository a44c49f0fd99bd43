"""The bytes of a request's body, as far as they may be read: not too many, not too slowly.

The routes that take rows read through here.
"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from modelwatch.collect.bodies import JSON, WIRE_LIMIT
from modelwatch.domain.errors import InputError, TooLarge

PATIENCE_SECONDS = 30.0
SMALL_LIMIT = 1 << 20


async def read_body(request: Request, *, limit: int = WIRE_LIMIT) -> bytes:
    """The whole body.

    Raises
    ------
    TooLarge
        If it has more bytes than `limit`.
    InputError
        If the sender breaks off, or nothing comes for half a minute.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    total = 0
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(PATIENCE_SECONDS):
                part = await anext(stream, None)
            if part is None:
                return b"".join(parts)
            total += len(part)
            if total > limit:
                raise _too_large(limit)
            parts.append(part)
    except TimeoutError:
        raise InputError(f"nothing of the body came for {PATIENCE_SECONDS:.0f} s: send it again") from None
    except ClientDisconnect:
        raise InputError("the sender went away before the body was whole") from None


def media_type_of(request: Request) -> str:
    """The body's type without parameters; JSON if none is said."""
    return request.headers.get("content-type", JSON).partition(";")[0].strip().lower() or JSON


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body has more than {limit:,} bytes: send it in parts")
