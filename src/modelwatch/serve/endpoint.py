"""What a route is: its method and path, the scope it needs, and how OpenAPI tells of it.

Every route of the server is one `Endpoint`; the routing table, the description and the tests of who may do what
are all made from the same list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modelwatch.app import wall
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.names import ModelKey, check_name
from modelwatch.domain.scope import Scope
from modelwatch.serve.auth import COOKIE, Caller, Gate, require, require_own_page
from modelwatch.serve.live import LiveHome

Schema = Mapping[str, Any]
Handler = Callable[["Call"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of a query."""

    name: str
    summary: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One route.

    Attributes
    ----------
    scope
        What a caller's key must reach; None if anybody may ask.
    body
        Schemas of what may be sent, by media type.
    answer
        The schema of what comes back with `status`; `media_type` is its type.
    page
        Whether it is for a browser: it may be asked with the key of a cookie, its errors are pages, and OpenAPI does
        not tell of it.
    """

    method: str
    path: str
    scope: Scope | None
    summary: str
    handler: Handler
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    answer: Schema = field(default_factory=lambda: {"type": "object"})
    status: int = 200
    media_type: str = "application/json"
    page: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a route: who asks what of which home."""

    request: Request
    caller: Caller
    live: LiveHome
    gate: Gate

    @property
    def model(self) -> ModelKey:
        """The model that the path names, in the caller's project and the environment that the query names."""
        env = check_name(self.query("env") or "prod", "env")
        return ModelKey(self.request.path_params["model"], env, self.caller.project)

    def query(self, name: str) -> str | None:
        """A field of the query, None if it is not there."""
        return self.request.query_params.get(name)

    def instant(self, name: str) -> int | None:
        """A field of the query that holds a time."""
        text = self.query(name)
        return None if text is None else parse_instant(text)

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """A field of the query that holds a whole number.

        Raises
        ------
        InputError
            If it holds something else, or a number outside `low` to `high`.
        """
        text = self.query(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not low <= int(text) <= high:
            raise InputError(f"{name}={text!r} is not a whole number from {low} to {high}")
        return int(text)

    def flag(self, name: str) -> bool:
        """A field of the query that holds `true` or `false`; false if it is not there.

        Raises
        ------
        InputError
            If it holds something else.
        """
        text = self.query(name) or "false"
        if text not in ("true", "false"):
            raise InputError(f"{name}={text!r} is neither true nor false")
        return text == "true"


ANYBODY = Caller("anybody", "default", frozenset())


def caller_of(request: Request, gate: Gate, endpoint: Endpoint) -> Caller:
    """Who asks, if that one may."""
    if endpoint.page and request.method not in ("GET", "HEAD"):
        require_own_page(request.headers)
    if endpoint.scope is None:
        return ANYBODY
    cookie = request.cookies.get(COOKIE) if endpoint.page else None
    caller = gate.caller(request.headers, wall(), cookie=cookie)
    require(caller, endpoint.scope)
    return caller


def sealed(response: Response) -> Response:
    """A response that no browser takes for something else, and that nobody on the way keeps."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def as_json(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(msgspec.json.encode(value), status, headers=headers, media_type="application/json")
