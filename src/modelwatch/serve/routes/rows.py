"""Predictions and labels: rows in, and a receipt once they are durable."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import Future

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.collect.bodies import ARROW, JSON, JSON_LINES, decode_body
from modelwatch.domain.errors import InputError
from modelwatch.domain.scope import Scope
from modelwatch.log.intake import Resend
from modelwatch.log.tables import LABELS, PREDICTIONS
from modelwatch.serve.bodies import media_type_of, read_body
from modelwatch.serve.endpoint import Call, Endpoint, Parameter, Schema
from modelwatch.serve.schemas import list_of, ref

LONGEST_KEY = 255
INLINE_LIMIT = 256 << 10


async def predictions(call: Call) -> Response:
    """Log predictions; answered once they are durable."""
    return await _take(call, PREDICTIONS)


async def labels(call: Call) -> Response:
    """Log labels; one whose prediction has not come yet waits for it."""
    return await _take(call, LABELS)


async def _take(call: Call, table: str) -> Response:
    with call.live.allowance.claim() as claim:
        body = await read_body(call.request, claim=claim)
        # Small bodies are quicker decoded here than handed over; a model's first rows need the database.
        if len(body) < INLINE_LIMIT and "content-encoding" not in call.request.headers and call.live.knows(call.model):
            taken = _decoded(call, table, body)
        else:
            # Few at once: what is decoded may be much larger than what came.
            async with call.live.decoding:
                taken = await run_in_threadpool(_decoded, call, table, body)
    # Its rows wait for the disk; it would take as much memory again.
    del body
    return Response(await asyncio.wrap_future(taken), media_type="application/json")


def _decoded(call: Call, table: str, body: bytes) -> Future[bytes]:
    encoding = call.request.headers.get("content-encoding", "identity")
    rows = decode_body(body, media_type=media_type_of(call.request), encoding=encoding)
    if rows.height == 0:
        raise InputError("the body has no rows")
    size = max(len(body), rows.size)
    return call.live.take(
        call.model, table, rows, size=size, outcome=call.query("outcome"), resend=_resend(call, body, table)
    )


def _resend(call: Call, body: bytes, table: str) -> Resend | None:
    key = call.request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise InputError(f"an Idempotency-Key has 1 to {LONGEST_KEY} characters, this one has {len(key)}")
    model = call.model
    # What the same bytes mean depends on the type, and on the outcome that they are labels of.
    meaning = f"{media_type_of(call.request)}\n{call.query('outcome') or ''}\n".encode("utf-8", "surrogateescape")
    return Resend(f"{model.model}/{model.env}/{table}", key, hashlib.blake2b(meaning + body, digest_size=16).digest())


def _bodies(name: str) -> dict[str, Schema]:
    one: Schema = ref(name)
    every: dict[str, Schema] = {JSON: {"anyOf": [one, list_of(one), ref("Columns")]}}
    every[JSON_LINES[0]] = {"type": "string", "description": "one JSON object a line"}
    every[ARROW] = {"type": "string", "format": "binary"}
    return every


_ENV = Parameter("env", "environment of the model; prod if left out")
ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/models/{model}/predictions",
        scope=Scope.INGEST,
        summary="Log predictions",
        handler=predictions,
        parameters=(_ENV,),
        body=_bodies("Prediction"),
        answer=ref("Receipt"),
    ),
    Endpoint(
        method="POST",
        path="/v1/models/{model}/labels",
        scope=Scope.INGEST,
        summary="Log labels",
        handler=labels,
        parameters=(_ENV, Parameter("outcome", "what the labels are of; label if left out")),
        body=_bodies("Label"),
        answer=ref("Receipt"),
    ),
)
