"""One POST: guarded, limited in time, never redirected, and judged by its answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from modelwatch.act.post import check_address, host_of, post, retry_after
from modelwatch.domain.errors import DeliveryError, InputError
from modelwatch.domain.secret import Secret


def send(url: str, **given: Any) -> str:
    return post(url, b"{}", {"X-Mine": "1"}, **{"allow_private": True, **given})


def failure(url: str, **given: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        send(url, **given)
    return raised.value


def test_what_is_sent_arrives_and_the_answer_comes_back(endpoint: Any) -> None:
    endpoint.answer = b" fine \n"
    assert send(f"{endpoint.url}/a%20b?c=d") == "fine"
    [request] = endpoint.requests
    assert (request.path, request.body, request.headers["x-mine"]) == ("/a%20b?c=d", b"{}", "1")
    assert request.headers["user-agent"] == "modelwatch"


def test_a_name_is_connected_to_by_the_address_that_was_judged(endpoint: Any) -> None:
    send(f"http://localhost:{endpoint.port}/")
    assert endpoint.requests[0].headers["host"] == f"localhost:{endpoint.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"])
def test_private_addresses_are_refused_before_anything_is_sent(endpoint: Any, host: str) -> None:
    refusal = failure(f"http://{host}:{endpoint.port}/", allow_private=False)
    assert "which is not a public address; allowed: public addresses, or allow_private: true" in str(refusal)
    assert not refusal.final
    assert endpoint.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(endpoint: Any, make_endpoint: Callable[[], Any], status: int) -> None:
    other = make_endpoint()
    endpoint.status, endpoint.headers = status, {"Location": other.url}
    refusal = failure(endpoint.url)
    assert f"answered {status}, a redirect, which is not followed" in str(refusal)
    assert (len(endpoint.requests), other.requests, refusal.final) == (1, [], False)


@pytest.mark.parametrize(
    ("status", "final", "gone"),
    [
        (400, True, False),
        (401, True, False),
        (404, True, False),
        (408, False, False),
        (410, True, True),
        (429, False, False),
        (500, False, False),
        (502, False, False),
        (503, False, False),
    ],
)
def test_the_status_says_whether_another_try_helps(endpoint: Any, status: int, final: bool, gone: bool) -> None:
    endpoint.status, endpoint.headers = status, {"Retry-After": "120"}
    refusal = failure(endpoint.url)
    assert (refusal.final, refusal.gone, refusal.retry_after) == (final, gone, 0 if gone else 120)
    assert f"127.0.0.1 answered {status}: ok" in str(refusal)


def test_neither_the_path_nor_a_secret_is_told(endpoint: Any) -> None:
    url = f"{endpoint.url}/services/t0k3n?key=s3cr3t"
    endpoint.status, endpoint.answer = 500, f"{url} /services/t0k3n key=s3cr3t r0ut1ng".encode()
    told = str(failure(url, secrets=["r0ut1ng"]))
    assert [word for word in ("t0k3n", "s3cr3t", "r0ut1ng") if word in told] == []
    assert "***" in told


def test_a_long_answer_is_cut_and_printable(endpoint: Any) -> None:
    endpoint.status, endpoint.answer = 500, b"\x1b[2J" + b"x" * 1_000_000
    told = str(failure(endpoint.url))
    assert len(told) < 300
    assert "\x1b" not in told


def test_nobody_there_is_told(endpoint: Any) -> None:
    assert "127.0.0.1 cannot be reached: ConnectError" in str(failure("http://127.0.0.1:1/t0k3n"))
    assert "the address of nowhere.invalid cannot be found" in str(failure("https://nowhere.invalid/"))


@pytest.mark.parametrize("url", ["", "x", "ftp://example.org", "https://", "http://a:99999/", "http://[::1"])
def test_what_is_no_address_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(InputError, match="not shown here"):
        send(url)


@pytest.fixture
def stalling() -> Iterator[Callable[[bytes], int]]:
    """Start servers that send a beginning, then a byte now and then, and never end."""
    over = threading.Event()
    servers: list[socket.socket] = []

    def serve(server: socket.socket, beginning: bytes) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(beginning)
            while not over.wait(0.05):
                if beginning:
                    connection.sendall(b"x")

    def start(beginning: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=serve, args=(server, beginning), daemon=True).start()
        return server.getsockname()[1]

    yield start
    over.set()
    for server in servers:
        server.close()


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_an_endpoint_that_hangs_is_given_up_in_time(stalling: Callable[[bytes], int], beginning: bytes) -> None:
    started = time.monotonic()
    assert "cannot be reached" in str(failure(f"http://127.0.0.1:{stalling(beginning)}/", timeout_seconds=0.3))
    assert time.monotonic() - started < 2


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2015, 10, 21, 7, 27, tzinfo=UTC)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now=now) == 60
    assert retry_after("Wed, 21 Oct 2015 07:26:00 GMT", now=now) == 0
    assert retry_after("-5") == retry_after("") == retry_after("x") == 0


def test_an_address_is_checked_as_far_as_it_is_known() -> None:
    check_address(Secret(env="MODELWATCH_TEST_NOT_SET"), allow_private=False)
    check_address(Secret(text="https://nowhere.invalid/"), allow_private=False)
    check_address(Secret(text="http://127.0.0.1/"), allow_private=True)
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1"):
        check_address(Secret(text="http://127.0.0.1/"), allow_private=False)
    with pytest.raises(InputError):
        check_address(Secret(text="nothing"), allow_private=False)


def test_a_host_is_shown_without_user_and_path() -> None:
    assert host_of(Secret(text="https://me:pw@example.org:8443/t0k3n")) == "example.org:8443"
    assert host_of(Secret(env="MODELWATCH_TEST_NOT_SET")) == "the environment variable MODELWATCH_TEST_NOT_SET"
