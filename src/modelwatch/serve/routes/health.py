"""Whether the server is alive and able to accept rows, its figures for Prometheus, and its description."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.scope import Scope
from modelwatch.serve.endpoint import Call, Endpoint, Parameter, as_json
from modelwatch.serve.exposition import OPENMETRICS, TEXT, exposition, packed, wants_gzip, wants_openmetrics
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
    """The figures of docs/howto/prometheus.md, in the format that is asked for."""
    request = call.request
    aliases = call.flag("metrics_aliases")
    openmetrics = wants_openmetrics(request.headers.get("accept", ""))
    body = await run_in_threadpool(
        exposition,
        call.live,
        call.caller.project,
        openmetrics=openmetrics,
        asked=request.query_params.getlist("column"),
        aliases=aliases,
    )
    headers = {"Content-Type": OPENMETRICS if openmetrics else TEXT, "Vary": "Accept, Accept-Encoding"}
    if wants_gzip(request.headers.get("accept-encoding", "")):
        body, headers["Content-Encoding"] = await run_in_threadpool(packed, body), "gzip"
    return Response(body, headers=headers)


async def openapi(call: Call) -> Response:
    """The description of this interface."""
    del call
    return as_json(description())


_COLUMNS = {"type": "array", "items": {"type": "string"}}
ENDPOINTS = (
    Endpoint(method="GET", path="/healthz", scope=None, summary="Tell that the server is alive", handler=alive),
    Endpoint(method="GET", path="/readyz", scope=None, summary="Tell whether rows are accepted", handler=ready),
    Endpoint(
        method="GET",
        path="/metrics",
        scope=Scope.READ,
        summary="Figures for Prometheus",
        handler=metrics,
        parameters=(
            Parameter("column", "a column to tell of whatever its state; may be given more than once", _COLUMNS),
            Parameter(
                "metrics_aliases",
                "also model_predictions_total and model_drift_score, and input_feature_value: means of columns",
                {"type": "boolean"},
            ),
        ),
        answer={"type": "string"},
        media_type="text/plain",
    ),
    Endpoint(method="GET", path="/openapi.json", scope=None, summary="Describe the interface", handler=openapi),
)
