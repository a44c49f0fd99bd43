"""Posting to a server: the request as the API documents it, and what each answer means."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import polars as pl
import pytest

from modelwatch.collect.client import Answer, Batch, HttpSink, Kind, Later, Refused, Server, Taken, TooLarge
from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey

from .conftest import Reply, Stub

BATCH = Batch(kind=Kind.PREDICTIONS, rows=(b'{"prediction_id":"a"}', b'{"prediction_id":"b"}'))


Make = Callable[..., HttpSink]


@pytest.fixture
def sink_to() -> Iterator[Make]:
    """Sinks by their address, closed in the end."""
    with ExitStack() as stack:

        def make(url: str, **given: Any) -> HttpSink:
            sink = HttpSink(Server(**{"url": url, "key": ModelKey("m"), **given}))
            stack.callback(sink.close)
            return sink

        yield make


def send(sink: HttpSink, batch: Batch = BATCH, timeout: float = 5.0) -> Answer:
    return sink.send(batch, timeout_seconds=timeout)


def test_rows_are_a_json_list_with_key_and_authorisation(stub: Stub, sink_to: Make) -> None:
    assert send(sink_to(stub.url, api_key="secret")) == Taken(0)
    [request] = stub.requests
    assert request.path == "/v1/models/m/predictions"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.key == BATCH.key
    assert request.body == b'[{"prediction_id":"a"},{"prediction_id":"b"}]'


def test_without_a_key_nothing_is_said_of_one(stub: Stub, sink_to: Make) -> None:
    send(sink_to(stub.url))
    assert "Authorization" not in stub.requests[0].headers


def test_path_env_and_compression(stub: Stub, sink_to: Make) -> None:
    send(sink_to(f"{stub.url}/watch/", key=ModelKey("m", "staging"), compress=True))
    [request] = stub.requests
    assert request.path == "/watch/v1/models/m/predictions?env=staging"
    assert [row["prediction_id"] for row in request.rows] == ["a", "b"]


def test_a_table_is_an_arrow_stream(stub: Stub, sink_to: Make) -> None:
    table = pl.DataFrame({"prediction_id": ["a"], "temp": [39.5]})
    send(sink_to(stub.url), Batch(kind=Kind.PREDICTIONS, table=table))
    [request] = stub.requests
    assert request.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    assert pl.read_ipc_stream(io.BytesIO(request.body)).equals(table)


def test_an_event_is_one_object(stub: Stub, sink_to: Make) -> None:
    send(sink_to(stub.url), Batch(kind=Kind.EVENTS, rows=(b'{"kind":"deployment"}',)))
    assert json.loads(stub.requests[0].body) == {"kind": "deployment"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Taken), (202, Taken), (204, Taken), (400, Refused), (415, Refused), (422, Refused), (413, TooLarge),
        (301, Later), (307, Later), (401, Later), (403, Later), (404, Later), (409, Later), (408, Later), (429, Later),
        (500, Later), (502, Later), (503, Later), (507, Later),
    ],
)  # fmt: skip
def test_what_an_answer_means(stub: Stub, status: int, kind: type, sink_to: Make) -> None:
    stub.script = [Reply(status, b"" if status == 204 else b"{}", {"Location": "http://example.com/"})]
    assert isinstance(send(sink_to(stub.url)), kind)
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b'{"accepted":1,"quarantined":3}', 3), (b"", 0), (b"<html>", 0), (b'{"quarantined":"x"}', 0)],
)
def test_the_quarantined_are_read_from_the_receipt(stub: Stub, body: bytes, expected: int, sink_to: Make) -> None:
    stub.script = [Reply(200, body)]
    assert send(sink_to(stub.url)) == Taken(expected)


def test_the_reason_is_that_of_the_problem(stub: Stub, sink_to: Make) -> None:
    stub.script = [Reply(400, b'{"title":"Bad","detail":"row 3 is cut short","status":400}'), Reply(422, b"\xff plain")]
    sink = sink_to(stub.url)
    assert send(sink) == Refused("the server answered 400 Bad Request: row 3 is cut short")
    assert send(sink) == Refused("the server answered 422 Unprocessable Entity: \ufffd plain")


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0", 0.0), ("99999", 600.0), ("soon", None), ("", None)])
def test_retry_after_in_seconds(stub: Stub, header: str, seconds: float | None, sink_to: Make) -> None:
    stub.script = [Reply(429, b"slow down", {"Retry-After": header})]
    assert send(sink_to(stub.url)) == Later("the server answered 429 Too Many Requests: slow down", seconds)


def test_retry_after_as_a_date(stub: Stub, sink_to: Make) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    stub.script = [Reply(503, b"", {"Retry-After": date})]
    answer = send(sink_to(stub.url))
    assert isinstance(answer, Later)
    assert answer.after_seconds is not None
    assert 90 < answer.after_seconds <= 100


def test_the_connection_is_kept(stub: Stub, sink_to: Make) -> None:
    sink = sink_to(stub.url)
    for _ in range(3):
        send(sink)
    assert len({request.port for request in stub.requests}) == 1


def test_a_kept_connection_that_was_closed_is_opened_again_with_the_same_key(stub: Stub, sink_to: Make) -> None:
    sink = sink_to(stub.url)
    stub.script = [Reply(then_close=True)]
    assert send(sink) == Taken()
    assert send(sink) == Taken()
    first, second = stub.requests
    assert first.port != second.port
    assert first.key == second.key == BATCH.key


def test_an_answer_that_never_came_is_asked_for_again_once(stub: Stub, sink_to: Make) -> None:
    sink = sink_to(stub.url)
    send(sink)
    stub.script = [Reply(hang_up=True), Reply(hang_up=True)]
    assert isinstance(send(sink), Later)
    assert len(stub.requests) == 3
    assert send(sink) == Taken()


def test_nobody_there(sink_to: Make) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = send(sink_to(f"http://127.0.0.1:{free.getsockname()[1]}"))
    assert isinstance(answer, Later)
    assert "does not answer" in answer.reason


def test_a_server_that_takes_its_time_is_not_waited_for_longer(stub: Stub, sink_to: Make) -> None:
    release = threading.Event()
    stub.script = [Reply(after=release)]
    answer = send(sink_to(stub.url), timeout=0.05)
    release.set()
    assert isinstance(answer, Later)
    assert "timed out" in answer.reason


def test_what_is_no_http_is_tried_later(sink_to: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"SSH-2.0-hello\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        answer = send(sink_to(f"http://127.0.0.1:{server.getsockname()[1]}"))
        thread.join()
    assert isinstance(answer, Later)


def test_a_certificate_is_not_taken_on_trust(stub: Stub, sink_to: Make) -> None:
    # The stub speaks no TLS at all; that it was asked for is what counts.
    answer = send(sink_to(stub.url.replace("http://", "https://")))
    assert isinstance(answer, Later)
    assert "SSL" in answer.reason
    assert not stub.requests


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8321",
        "ftp://x",
        "http://",
        "http://x:port",
        "http://u:p@x",
        "http://x?a=1",
        "http://x#a",
        "unix:///x",
    ],
)
def test_an_address_that_is_none_is_refused(url: str, sink_to: Make) -> None:
    with pytest.raises(InputError, match="address"):
        sink_to(url)


@pytest.mark.parametrize("secret", ["a\nb", "k\u00e9y"])
def test_a_key_that_no_header_holds_is_refused_and_not_shown(secret: str, sink_to: Make) -> None:
    with pytest.raises(InputError) as caught:
        sink_to("http://x", api_key=secret)
    assert secret not in str(caught.value)
