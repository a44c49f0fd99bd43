"""Serve a home on an address until the process is told to stop, and tell the command line where.

The only file that knows the server's engine, uvicorn.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from modelwatch.app import SERVER_FILE, Home
from modelwatch.domain.errors import HomeError, InputError
from modelwatch.serve.auth import LOOPBACK_HOSTS, Gate
from modelwatch.serve.memory import return_what_is_freed
from modelwatch.serve.protocol import Connection
from modelwatch.serve.server import build

CONNECTIONS = 2048
GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """Tells the command line of this machine where it listens, once it does."""

    def __init__(self, config: uvicorn.Config, address: Path, token: str) -> None:
        super().__init__(config)
        self._address, self._token = address, token

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            _publish(self._address, f"http://{shown}:{port}", self._token)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """End on SIGINT and SIGTERM; the engine's own way raises them again afterwards, which ends the process hard."""
        earlier = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)


def serve(home: Home, *, host: str, port: int) -> None:
    """Serve a home; when the process is told to stop, answer what came in, then return.

    Raises
    ------
    InputError
        If `host` can be reached from elsewhere and the home has no keys.
    HomeError
        If the address is taken.
    """
    loopback = host in LOOPBACK_HOSTS
    token = secrets.token_urlsafe(32)
    if not loopback and not Gate(home.state, token=token, loopback=False).has_keys():
        raise InputError(
            f"{host} can be reached from other machines and this home has no keys: "
            "make one with modelwatch keys create, or serve on 127.0.0.1"
        )
    return_what_is_freed()
    listening = _listen(host, port)
    config = uvicorn.Config(
        build(home, token=token, loopback=loopback),
        http=Connection,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="on",
    )
    address = home.path / SERVER_FILE
    try:
        _Server(config, address, token).run(sockets=[listening])
    finally:
        address.unlink(missing_ok=True)
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise HomeError(f"{host}:{port} cannot be listened on: {error.strerror}; choose another --port") from None
    return listening


def _publish(path: Path, url: str, token: str) -> None:
    """Write where the server is, readable by its own user only."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"url": url, "token": token, "process": os.getpid()}, file)
    part.replace(path)
