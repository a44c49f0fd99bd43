"""The application put together: routes, errors and life span around one open home.

`listen` serves it; tests and other servers take it as it is.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from polars.exceptions import PanicException
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from modelwatch.app import Home
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.serve.auth import Gate
from modelwatch.serve.endpoint import ANYBODY, Call, Endpoint, caller_of, sealed
from modelwatch.serve.live import LiveHome
from modelwatch.serve.problems import handle, told
from modelwatch.serve.routes.table import ENDPOINTS
from modelwatch.serve.ui.message_picture import picture_of
from modelwatch.serve.ui.site import troubled


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
    home.catalog.picture = partial(picture_of, home)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        del app
        await asyncio.to_thread(live.start)
        try:
            yield
        finally:
            await asyncio.to_thread(live.stop)

    async def handled(request: Request, error: Exception) -> Response:
        """Errors of no route: a browser that looks for a page is answered with one."""
        if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/"):
            if isinstance(error, HTTPException) and error.status_code == 404:
                error = UnknownName(f"there is no page {request.url.path}: start from the fleet")
            return sealed(await run_in_threadpool(troubled, Call(request, ANYBODY, live, gate), error))
        return await handle(request, error)

    app = Starlette(
        routes=_routes(gate, live), lifespan=lifespan, exception_handlers={Exception: handled, HTTPException: handled}
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
            caller = caller_of(request, gate, endpoint)
            return sealed(await endpoint.handler(Call(request, caller, live, gate)))
        except PanicException as error:
            # No `Exception`, though it only says that Polars can make nothing of a value.
            return await failed(request, InputError(f"a value cannot be read: {str(error).partition(chr(10))[0]}"))
        except Exception as error:  # noqa: BLE001 (every failure is told, never as a traceback)
            return await failed(request, error)

    async def failed(request: Request, error: Exception) -> Response:
        if endpoint.page:
            return sealed(await run_in_threadpool(troubled, Call(request, ANYBODY, live, gate), error))
        return sealed(told(error))

    return answer
