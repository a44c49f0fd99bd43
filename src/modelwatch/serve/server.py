"""The application put together: routes, errors and life span around one open home.

`listen` serves it; tests and other servers take it as it is.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from polars.exceptions import PanicException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modelwatch.app import Home
from modelwatch.domain.errors import InputError
from modelwatch.serve.auth import Gate
from modelwatch.serve.endpoint import Call, Endpoint, caller_of
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

    routes = [
        Route(each.path, _answering(each, gate, live), methods=[each.method], name=f"{each.method} {each.path}")
        for each in ENDPOINTS
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={Exception: handle, 404: handle, 405: handle})
    app.state.live = live
    return app


def _answering(endpoint: Endpoint, gate: Gate, live: LiveHome) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            caller = caller_of(request, gate, endpoint.scope)
            return await endpoint.handler(Call(request, caller, live))
        except PanicException as error:
            # No `Exception`, though it only says that Polars can make nothing of a value.
            return told(InputError(f"a value cannot be read: {str(error).partition(chr(10))[0]}"))
        except Exception as error:  # noqa: BLE001 (every failure is told as a problem, never as a traceback)
            return told(error)

    return answer
