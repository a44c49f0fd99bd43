"""What all tests share: settings of property-based tests, and endpoints on this machine that channels send to.

Property-based tests have no deadline and make the same choices each time; `pytest --hypothesis-profile=explore`
makes new choices instead, to look for what nobody thought of.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("house")


@dataclass(frozen=True, slots=True)
class Request:
    """What an endpoint was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Endpoint:
    """An HTTP server on this machine that keeps what it is sent and answers as it is told."""

    port: int = 0
    status: int = 200
    answer: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def serve(endpoint: Endpoint) -> ThreadingHTTPServer:
    """Start the server of an endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            endpoint.requests.append(Request(self.path, headers, body))
            endpoint.before_answer()
            self.send_response(endpoint.status)
            for name, value in endpoint.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(endpoint.answer)))
            self.end_headers()
            self.wfile.write(endpoint.answer)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture
def make_endpoint() -> Iterator[Callable[[], Endpoint]]:
    """Start HTTP servers, each an `Endpoint`."""
    with ExitStack() as stack:

        def make() -> Endpoint:
            endpoint = Endpoint()
            server = serve(endpoint)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return endpoint

        yield make


@pytest.fixture
def endpoint(make_endpoint: Callable[[], Endpoint]) -> Endpoint:
    """One HTTP server on this machine."""
    return make_endpoint()


@dataclass(slots=True)
class Mailbox:
    """An SMTP server on this machine that keeps the mail it is given, and refuses as it is told."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802 (aiosmtpd asks for it by this name)
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer


@pytest.fixture
def make_mailbox() -> Iterator[Callable[..., Mailbox]]:
    """Start SMTP servers, each a `Mailbox`; options go to aiosmtpd."""
    controller = pytest.importorskip("aiosmtpd.controller")
    with ExitStack() as stack:

        def make(**options: Any) -> Mailbox:
            mailbox = Mailbox(port=free_port())
            server = controller.Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
            server.start()
            stack.callback(server.stop)
            return mailbox

        yield make


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def serving() -> Iterator[Callable[[Path], str]]:
    """Serve a home in a process of its own, and return its address; it is told to stop at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(home: Path) -> str:
        command = [str(Path(sys.executable).with_name("modelwatch")), "--home", str(home), "serve", "--port", "0"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        started.append(process)
        address = home / "server.json"
        ended = monotonic() + 60
        while not address.is_file():
            assert process.poll() is None, process.communicate()[1]
            assert monotonic() < ended, "it did not begin to listen"
            sleep(0.05)  # another process: nothing tells when its file is there
        return str(json.loads(address.read_bytes())["url"])

    yield serve
    for process in started:
        process.terminate()
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
