"""A server on this machine that keeps what it is sent, and answers as a test tells it to."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from modelwatch.collect.client import Limits

# Small waits, so that a test takes no longer than what it tests.
QUICK = Limits(interval_seconds=0.02, backoff_seconds=0.01, longest_backoff_seconds=0.05, timeout_seconds=5.0)


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    port: int

    @property
    def rows(self) -> list[dict[str, Any]]:
        body = gzip.decompress(self.body) if self.headers.get("Content-Encoding") == "gzip" else self.body
        found = json.loads(body)
        return found if isinstance(found, list) else [found]

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]


@dataclass
class Reply:
    """One answer; `hang_up` closes the connection without any."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    then_close: bool = False
    after: threading.Event | None = None


class Stub:
    """The server: `script` holds the next answers, after which all is taken. Keys are remembered as the API says."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.taken: list[Request] = []
        self.script: list[Reply] = []
        self.decide: Callable[[Request], Reply | None] = lambda _: None
        self._keys: set[str] = set()
        self._arrived = threading.Condition()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stub.serve(self, Request(self.path, dict(self.headers), body, self.client_address[1]))

            def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that hang up are what some tests are about."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        with self._arrived:
            self.requests.append(request)
            reply = self.script.pop(0) if self.script else self.decide(request) or Reply()
            self._arrived.notify_all()
        if reply.after is not None:
            reply.after.wait(10)
        if reply.status == 200 and not reply.hang_up:
            with self._arrived:
                if request.key not in self._keys:
                    self._keys.add(request.key)
                    self.taken.append(request)
                self._arrived.notify_all()
        if reply.hang_up:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        body = reply.body if reply.body is not None else b'{"accepted":1,"duplicates":0,"quarantined":0}'
        handler.send_response(reply.status)
        for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
        # A server that ends an idle connection does not announce it.
        handler.close_connection = reply.then_close

    def rows(self, route: str = "predictions") -> list[dict[str, Any]]:
        """Everything taken on a route, in the order of arrival."""
        return [row for each in self.taken if each.path.split("?")[0].endswith(route) for row in each.rows]

    def await_requests(self, count: int) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= count, 10)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    server.close()
