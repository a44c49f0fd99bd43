"""Bodies are read within bounds: of one, and of all that are read at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from modelwatch.domain.errors import InputError, Overloaded, TooLarge
from modelwatch.serve.bodies import Allowance, read_body


def request(*parts: bytes, length: int | None = None, breaks_off: bool = False) -> Request:
    left = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    left.append({"type": "http.disconnect"} if breaks_off else {"type": "http.request", "body": b""})

    async def receive() -> Any:
        return left.pop(0)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def read(allowance: Allowance, asked: Request, limit: int = 10) -> bytes:
    async def reading() -> bytes:
        with allowance.claim() as claim:
            body = await read_body(asked, limit=limit, claim=claim)
            assert allowance.left <= 20 - len(body)
            return body

    return asyncio.run(reading())


def test_a_body_in_parts_is_put_together_and_gives_back_its_room() -> None:
    allowance = Allowance(20)
    assert read(allowance, request(b"abc", b"de")) == b"abcde"
    assert allowance.left == 20


@pytest.mark.parametrize("length", [None, 11])
def test_a_body_over_its_limit_is_refused(length: int | None) -> None:
    allowance = Allowance(20)
    with pytest.raises(TooLarge):
        read(allowance, request(b"abcdefgh", b"ijk", length=length))
    assert allowance.left == 20


@pytest.mark.parametrize("length", [None, 5])
def test_a_body_for_which_there_is_no_room_now_may_come_later(length: int | None) -> None:
    allowance = Allowance(20)
    with allowance.claim() as other:
        other.add(16)
        with pytest.raises(Overloaded):
            read(allowance, request(b"abc", b"de", length=length))
        assert allowance.left == 4
    assert read(allowance, request(b"abc", b"de", length=length)) == b"abcde"


def test_a_sender_that_goes_away_is_told_so() -> None:
    allowance = Allowance(20)
    with pytest.raises(InputError, match="went away"):
        read(allowance, request(b"abc", breaks_off=True))
    assert allowance.left == 20
