"""What all tests share: settings of property-based tests, and endpoints on this machine that channels send to.

Property-based tests have no deadline and make the same choices each time; `pytest --hypothesis-profile=explore`
makes new choices instead, to look for what nobody thought of.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from homes import make_flights
from served import Served, free_port

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


@pytest.fixture
def serving() -> Iterator[Callable[[Path], Served]]:
    """Serve homes, each in a process of its own that is told to stop at the end."""
    with ExitStack() as stack:
        started: list[Served] = []

        def start(home: Path) -> Served:
            served = stack.enter_context(Served(home))
            served.start()
            started.append(served)
            return served

        yield start
        for served in started:
            code, _ = served.stop()
            assert code == 0, served.log.read_text()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Fill a folder that is dear to make, once for all processes that run tests."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, mark = shared / name, shared / f"{name}.made"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not mark.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                mark.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def flight_year(made_once: Callable[..., Path]) -> Path:
    """The folder of a home that has run from 1 March 2013 to 2 January 2014 in one go, which nobody may change."""
    return made_once("year", lambda folder: make_flights(folder / "home")) / "home"
