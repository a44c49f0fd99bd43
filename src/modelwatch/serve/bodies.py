"""The bytes of requests' bodies, as far as they may be read: not too many, of one or of all, not too slowly.

The routes that take rows read through here.
"""

from __future__ import annotations

import asyncio
import io
from types import TracebackType

from starlette.requests import ClientDisconnect, Request

from modelwatch.collect.bodies import JSON, WIRE_LIMIT
from modelwatch.domain.errors import InputError, Overloaded, TooLarge

PATIENCE_SECONDS = 30.0
LONGEST_SECONDS = 600.0
SMALL_LIMIT = 1 << 20
BODIES_BYTES = 64 << 20


class Allowance:
    """The memory that bodies may take together while they come in and are decoded; for one thread."""

    def __init__(self, most: int = BODIES_BYTES) -> None:
        self.left = most

    def claim(self) -> Claim:
        """Nothing yet; given back at the end of a `with`."""
        return Claim(self)


class Claim:
    """What one request has of an allowance."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance, self._mine = allowance, 0

    def check(self, size: int) -> None:
        """Refuse what there is no room for now.

        Raises
        ------
        Overloaded
            If fewer bytes are left.
        """
        if size > self._allowance.left:
            raise Overloaded("too many bodies are being read: try again", seconds=1)

    def add(self, size: int) -> None:
        """Take bytes, as `check` allows."""
        self.check(size)
        self._allowance.left -= size
        self._mine += size

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._allowance.left += self._mine
        self._mine = 0


async def read_body(request: Request, *, limit: int = WIRE_LIMIT, claim: Claim | None = None) -> bytes:
    """The whole body.

    Parameters
    ----------
    claim
        What its bytes are counted by; small ones need none.

    Raises
    ------
    TooLarge
        If it has more bytes than `limit`.
    Overloaded
        If it and the other bodies that are being read have more than there is room for.
    InputError
        If the sender breaks off, nothing comes for half a minute, or it takes ten minutes.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit():
        if int(declared) > limit:
            raise _too_large(limit)
        if claim is not None:
            claim.check(int(declared))
    # Hands its bytes out without a copy, which joining parts would make.
    found = io.BytesIO()
    stream = request.stream()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while True:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    part = await anext(stream, None)
                if part is None:
                    return found.getvalue()
                if found.tell() + len(part) > limit:
                    raise _too_large(limit)
                if claim is not None:
                    claim.add(len(part))
                found.write(part)
    except TimeoutError:
        raise InputError(
            f"the body came too slowly, at most {PATIENCE_SECONDS:.0f} s may lie between two parts of it and "
            f"{LONGEST_SECONDS:.0f} s between its ends: send it again, in parts"
        ) from None
    except ClientDisconnect:
        raise InputError("the sender went away before the body was whole") from None


def media_type_of(request: Request) -> str:
    """The body's type without parameters; JSON if none is said."""
    return request.headers.get("content-type", JSON).partition(";")[0].strip().lower() or JSON


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body has more than {limit:,} bytes: send it in parts")
