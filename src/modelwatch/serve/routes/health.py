"""Whether the server is alive and able to accept rows, its figures for Prometheus, and its description."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.scope import Scope
from modelwatch.serve.endpoint import Call, Endpoint, as_json
from modelwatch.serve.exposition import exposition
from modelwatch.serve.openapi import description


async def alive(call: Call) -> Response:
    """Answer at all."""
    del call
    return as_json({"status": "ok"})


async def ready(call: Call) -> Response:
    """Say whether rows can be accepted."""
    trouble = call.live.intake.trouble
    if trouble is not None:
        return as_json({"status": "not ready", "reason": trouble}, status=503)
    return as_json({"status": "ready"})


async def metrics(call: Call) -> Response:
    """The figures of section "Prometheus" in the documentation, in the format that is asked for."""
    accept = call.request.headers.get("accept", "")
    body, media_type = await run_in_threadpool(exposition, call.live, call.caller.project, accept)
    return Response(body, media_type=media_type)


async def openapi(call: Call) -> Response:
    """The description of this interface."""
    del call
    return as_json(description())


ENDPOINTS = (
    Endpoint(method="GET", path="/healthz", scope=None, summary="Tell that the server is alive", handler=alive),
    Endpoint(method="GET", path="/readyz", scope=None, summary="Tell whether rows are accepted", handler=ready),
    Endpoint(
        method="GET",
        path="/metrics",
        scope=Scope.READ,
        summary="Figures for Prometheus",
        handler=metrics,
        answer={"type": "string"},
        media_type="text/plain",
    ),
    Endpoint(method="GET", path="/openapi.json", scope=None, summary="This description", handler=openapi),
)
