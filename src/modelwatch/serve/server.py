"""The application put together: routes, errors and life span around one open home.

`listen` serves it; tests and other servers take it as it is.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from polars.exceptions import PanicException
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modelwatch.app import Home
from modelwatch.domain.errors import InputError
from modelwatch.serve.auth import Gate
from modelwatch.serve.endpoint import Call, Endpoint, caller_of, sealed
from modelwatch.serve.live import LiveHome
from modelwatch.serve.problems import handle, told
from modelwatch.serve.routes.table import ENDPOINTS


def build(home: Home, *, token: str | None = None, loopback: bool = True) -> Starlette:
    """The ASGI application over an open home; its life span starts and stops the worker.

    Parameters
    ----------
    token
        The secret of this machine's command line; by default one that nobody knows.
    loopback
        Whether only this machine can reach the server, so that it may be asked without a key.
    """
    gate = Gate(home.state, token=token or secrets.token_urlsafe(32), loopback=loopback)
    live = LiveHome(home)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        del app
        await asyncio.to_thread(live.start)
        try:
            yield
        finally:
            await asyncio.to_thread(live.stop)

    app = Starlette(
        routes=_routes(gate, live), lifespan=lifespan, exception_handlers={Exception: handle, HTTPException: handle}
    )
    # A path is written in one way; and a redirect would believe whatever Host the request names.
    app.router.redirect_slashes = False
    app.state.live = live
    return app


def _routes(gate: Gate, live: LiveHome) -> list[Route]:
    """One route for each path, so that a wrong method is told all that there are."""
    paths: dict[str, dict[str, Callable[[Request], Awaitable[Response]]]] = {}
    for each in ENDPOINTS:
        paths.setdefault(each.path, {})[each.method] = _answering(each, gate, live)
    return [Route(path, _by_method(methods), methods=list(methods)) for path, methods in paths.items()]


def _by_method(
    methods: Mapping[str, Callable[[Request], Awaitable[Response]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        # HEAD is answered as GET is, and loses its body on the way out.
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return answer


def _answering(endpoint: Endpoint, gate: Gate, live: LiveHome) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            caller = caller_of(request, gate, endpoint.scope)
            return sealed(await endpoint.handler(Call(request, caller, live)))
        except PanicException as error:
            # No `Exception`, though it only says that Polars can make nothing of a value.
            return sealed(told(InputError(f"a value cannot be read: {str(error).partition(chr(10))[0]}")))
        except Exception as error:  # noqa: BLE001 (every failure is told as a problem, never as a traceback)
            return sealed(told(error))

    return answer
