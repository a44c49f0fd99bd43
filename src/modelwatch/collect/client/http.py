"""The sink that posts batches to a server, over one connection that is kept open.

Standard library only, so that a service takes on nothing with the client.
"""

from __future__ import annotations

import gzip
import io
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode, urlsplit

import msgspec

from modelwatch.collect.client.sink import Answer, Batch, Kind, Later, Refused, Taken, TooLarge
from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey

_JSON, _ARROW = "application/json", "application/vnd.apache.arrow.stream"
_MOST_READ = 1 << 20
_LONGEST_WAIT_SECONDS = 600.0
_REASON_LENGTH = 300
# The batch itself is at fault. All other answers that are no success may change: a key is granted, a proxy mended, an
# earlier try of the same batch comes to its end (409).
_AT_FAULT = frozenset({400, 406, 410, 411, 412, 414, 415, 422, 431})
_TOO_LARGE = 413


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the server is, which model's routes are posted to, and what is sent with each request."""

    url: str
    key: ModelKey
    api_key: str | None = None
    compress: bool = False


class HttpSink:
    """Posts to `/v1/models/{model}/predictions`, `labels` and `events`.

    Every request carries the batch's key as `Idempotency-Key`. Redirects are not followed: they would carry
    the data, and the API key, to whoever they name.

    Raises
    ------
    InputError
        If the address is not one of http or https, or the API key cannot stand in a header.
    """

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise InputError(f"{server.url!r} is no address of a server: write it as http://localhost:8321")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise InputError("the server's address has a user, query or fragment: give the key as api_key")
        if server.api_key is not None and not (server.api_key.isascii() and server.api_key.isprintable()):
            raise InputError("the API key has characters that no key has: copy it again")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        self._path = f"{parts.path.rstrip('/')}/v1/models/{server.key.model}/"
        self._query = "" if server.key.env == "prod" else "?" + urlencode({"env": server.key.env})
        self._server = server
        self._tls: ssl.SSLContext | None = None
        self._connection: HTTPConnection | None = None

    def send(self, batch: Batch, *, timeout_seconds: float) -> Answer:
        kind, body = _body(batch)
        headers = {"Content-Type": kind, "Idempotency-Key": batch.key, "User-Agent": "modelwatch-client"}
        if self._server.api_key is not None:
            headers["Authorization"] = f"Bearer {self._server.api_key}"
        if self._server.compress:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        path = f"{self._path}{batch.kind}{self._query}"
        try:
            return self._post(path, body, headers, timeout_seconds)
        except (OSError, HTTPException) as error:
            self.close()
            return Later(f"{self._server.url} does not answer: {_said(error)}")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        kept = self._connection is not None
        try:
            return self._exchange(path, body, headers, timeout)
        except (ConnectionError, HTTPException):
            self.close()
            if not kept:
                raise
            # The server had closed the kept connection; thanks to the key nothing is taken twice.
            return self._exchange(path, body, headers, timeout)

    def _exchange(self, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        connection = self._connected(timeout)
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        content = response.read(_MOST_READ)
        if response.will_close or not response.isclosed():
            self.close()
        return _answer(response, content)

    def _connected(self, timeout: float) -> HTTPConnection:
        if self._connection is None:
            if self._secure:
                self._tls = self._tls or ssl.create_default_context()
                self._connection = HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)
            else:
                self._connection = HTTPConnection(self._host, self._port, timeout=timeout)
            self._connection.connect()
        self._connection.sock.settimeout(timeout)
        return self._connection


def _body(batch: Batch) -> tuple[str, bytes]:
    if batch.table is not None:
        import polars as pl

        stream = io.BytesIO()
        # Every reader of Arrow knows the oldest level; the newest has text that older ones do not.
        batch.table.write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())
        return _ARROW, stream.getvalue()
    if batch.kind is Kind.EVENTS:
        return _JSON, batch.rows[0]
    return _JSON, b"[" + b",".join(batch.rows) + b"]"


def _answer(response: HTTPResponse, content: bytes) -> Answer:
    status = response.status
    if 200 <= status < 300:
        return Taken(_quarantined(content))
    told = f"the server answered {status} {response.reason}: {_detail(content)}"
    if status == _TOO_LARGE:
        return TooLarge(told)
    if status in _AT_FAULT:
        return Refused(told)
    return Later(told, _retry_after(response.getheader("Retry-After")))


def _quarantined(content: bytes) -> int:
    try:
        return msgspec.json.decode(content, type=_Receipt).quarantined
    except msgspec.DecodeError:
        return 0


class _Receipt(msgspec.Struct):
    quarantined: int = 0


class _Problem(msgspec.Struct):
    """An error of RFC 9457."""

    title: str = ""
    detail: str = ""


def _detail(content: bytes) -> str:
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = _Problem()
    text = problem.detail or problem.title or content.decode("utf-8", "replace").strip() or "without a reason"
    return text[:_REASON_LENGTH]


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait, of a header with seconds or a date; None without one."""
    if not header:
        return None
    try:
        seconds = float(header) if header.strip().isdigit() else _seconds_until(header)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS)


def _seconds_until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
