"""What hostile or broken clients send neither ends the server nor fills its memory, and is answered as documented."""

from __future__ import annotations

import gzip
import json
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest
import zstandard

from mutants import mutants
from served import ARROW, Served

pytestmark = [pytest.mark.system, pytest.mark.slow]

POST = "/v1/models/flood/predictions"
ROW = json.dumps({"prediction_id": "a", "timestamp": "2026-03-01T06:00:00Z", "score": 0.5}).encode()
MUTANTS = int(os.environ.get("MODELWATCH_MUTANTS", "300"))
MOST_MEMORY = 600 << 20


@pytest.fixture(autouse=True)
def _survives(served: Served) -> Iterator[None]:
    assert served.post(POST, ROW).status == 200
    base = served.resident()
    yield
    assert served.is_alive(), served.log.read_text()[-2000:]
    assert sum(served.post(POST, ROW).json().values()) == 1
    assert served.get("/healthz").status == 200
    assert served.highest() - base < MOST_MEMORY
    assert "Traceback" not in served.log.read_text()


def raw(served: Served, *parts: bytes, pause: float = 0.0, patience: float = 20.0) -> bytes:
    """Send bytes as they are, and return all that comes back until the other side closes or falls silent."""
    with closing(socket.create_connection(("127.0.0.1", served.port), timeout=patience)) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
            time.sleep(pause)
        found = b""
        try:
            while part := connection.recv(1 << 16):
                found += part
        except OSError:
            pass
        return found


def head(size: int | None = None, *, kind: str = "application/json", more: str = "") -> bytes:
    length = "Transfer-Encoding: chunked" if size is None else f"Content-Length: {size}"
    text = f"POST {POST} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{length}\r\n{more}\r\n"
    return text.encode()


def test_damaged_arrow_bodies(served: Served) -> None:
    bodies = list(mutants(MUTANTS))
    with ThreadPoolExecutor(4) as pool:
        found = Counter(pool.map(lambda body: served.post(POST, body, ARROW).status, bodies))
    assert found.keys() <= {200, 400, 413, 422}
    assert found[400] > MUTANTS / 4


def test_a_sender_that_goes_away(served: Served) -> None:
    for _ in range(50):
        with closing(socket.create_connection(("127.0.0.1", served.port))) as connection:
            connection.sendall(head(1000) + ROW)


def test_a_sender_that_dribbles_is_heard_out(served: Served) -> None:
    body = ROW.replace(b'"a"', b'"slow"')
    found = raw(served, head(len(body), more="Connection: close\r\n"), *(bytes([each]) for each in body), pause=0.005)
    assert found.startswith(b"HTTP/1.1 200")


def test_many_at_once_and_hundreds_that_say_nothing(served: Served) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(64) as pool:
        for _ in range(500):
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", served.port))))
        bodies = [ROW.replace(b'"a"', b'"n%d"' % number) for number in range(512)]
        found = Counter(pool.map(lambda body: served.post(POST, body).status, bodies))
    assert found == {200: 512}


def test_an_endless_head_is_refused(served: Served) -> None:
    assert raw(served, b"GET /healthz HTTP/1.1\r\n", *[b"X: " + b"x" * 60_000 + b"\r\n"] * 50)[:12] in (
        b"HTTP/1.1 431",
        b"",  # the connection was reset before the answer was read
    )
    assert raw(served, b"GET /" + b"x" * 2_000_000)[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 400", b"")


def test_requests_in_a_row_without_waiting(served: Served) -> None:
    one = head(len(ROW)) + ROW
    last = head(len(ROW), more="Connection: close\r\n") + ROW
    assert raw(served, one * 19 + last).count(b"HTTP/1.1 200") == 20


def test_a_body_over_the_limit(served: Served) -> None:
    size = (64 << 20) + 1
    assert raw(served, head(size, more="Connection: close\r\n")).startswith(b"HTTP/1.1 413")
    chunk = b"%x\r\n" % (1 << 20) + b" " * (1 << 20) + b"\r\n"
    assert raw(served, head(None), *[chunk] * 65, b"0\r\n\r\n", patience=6.0).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson", ARROW])
def test_bodies_that_swell(served: Served, kind: str) -> None:
    plain = b"[" + b"{}," * (100 << 20)
    for encoding, body in (("gzip", gzip.compress(plain, 1)), ("zstd", zstandard.compress(plain))):
        assert served.post(POST, body, kind, **{"Content-Encoding": encoding}).status == 413
    assert served.post(POST, b"[" + b"{}," * 5_000_000 + b"{}]", kind).status in (400, 413, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"",
        b"[]",
        b"null",
        b'{"score": 1e400}',
        b"[[[1]]]",
        b'"\\ud800"',
    ],
)
def test_strange_json(served: Served, body: bytes) -> None:
    assert served.post(POST, body).status in (200, 400, 413, 422)


def test_no_http_at_all(served: Served) -> None:
    assert raw(served, b"\x16\x03\x01" + bytes(200)).startswith(b"HTTP/1.1 400")
    assert raw(served, b"POST " + POST.encode() + b" HTTP/1.1\r\nContent-Length: -1\r\n\r\n").startswith(
        b"HTTP/1.1 400"
    )
