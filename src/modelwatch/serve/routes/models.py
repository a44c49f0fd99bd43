"""Models: which there are, how each stands, what was measured, and how a column's values lie."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.app import Home
from modelwatch.collect.layout import class_text
from modelwatch.domain.errors import InputError
from modelwatch.domain.measurement import Measurement
from modelwatch.domain.names import ModelKey
from modelwatch.domain.scope import Scope
from modelwatch.domain.slices import Slice
from modelwatch.serve.endpoint import Call, Endpoint, Parameter, as_json
from modelwatch.serve.pages import LIMITS, paged
from modelwatch.serve.schemas import list_of, ref


async def listed(call: Call) -> Response:
    """The models of the caller's project."""
    home, project = call.live.home, call.caller.project

    def page() -> Response:
        waiting = {key for key in home.pending() if key.project == project}
        known = sorted({*waiting, *(key for key in home.models() if key.project == project)})
        return paged(call, known, show=lambda key: _waits(key) if key in waiting else _told(home, key))

    return await run_in_threadpool(page)


async def one(call: Call) -> Response:
    """One model with its specification, or the one proposed for it."""
    return as_json(await run_in_threadpool(_one, call.live.home, call.model))


async def metrics(call: Call) -> Response:
    """Measurements, oldest first."""
    given = call.query("slice")
    found = await run_in_threadpool(
        call.live.home.metrics,
        call.model,
        metric=call.query("metric"),
        column=call.query("column"),
        since=call.instant("since"),
        until=call.instant("until"),
        slice=None if given is None else _slice(given),
        all_revisions=call.flag("all_revisions"),
    )
    return paged(call, found, show=Measurement.to_dict)


async def column(call: Call) -> Response:
    """How a column's values lie in a stretch of time, beside the reference."""
    found = await run_in_threadpool(
        call.live.home.distribution,
        call.model,
        call.request.path_params["column"],
        since=call.instant("since"),
        until=call.instant("until"),
        version=call.query("version"),
    )
    return as_json(found)


def _one(home: Home, key: ModelKey) -> dict[str, Any]:
    proposal = home.pending().get(key)
    if proposal is not None:
        return {**_waits(key), "specification": proposal}
    return {**_told(home, key), "specification": home.show(key)}


def _told(home: Home, key: ModelKey) -> dict[str, Any]:
    incidents = home.incidents(key, state="open")
    levels = {each["severity"] for each in incidents}
    status = next((level for level in ("critical", "warning") if level in levels), "ok")
    return {**_names(key), "state": "watched", "status": status, "incidents_open": len(incidents)}


def _waits(key: ModelKey) -> dict[str, Any]:
    return {**_names(key), "state": "pending"}


def _names(key: ModelKey) -> dict[str, Any]:
    return {"model": key.model, "env": key.env, "project": key.project}


def _slice(text: str) -> Slice:
    """A slice as JSON (`{"origin": "JFK"}`) or as `origin=JFK`, several parts with commas."""
    if text.startswith("{"):
        try:
            pairs = msgspec.json.decode(text.encode("utf-8", "surrogateescape"), type=dict[str, str | float | bool])
        except (msgspec.DecodeError, RecursionError):
            raise InputError(f'slice={text!r} is no slice: write it as {{"origin": "JFK"}} or origin=JFK') from None
        return Slice.of({name: class_text(value) for name, value in pairs.items()})
    parts = [part.partition("=") for part in text.split(",")]
    if not all(name and equals for name, equals, _ in parts):
        raise InputError(f'slice={text!r} is no slice: write it as {{"origin": "JFK"}} or origin=JFK')
    return Slice.of({name: value for name, _, value in parts})


_ENV = Parameter("env", "environment of the model; prod if left out")
_TIME = {"type": "string", "format": "date-time"}
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/models",
        scope=Scope.READ,
        summary="List models by name",
        handler=listed,
        parameters=LIMITS,
        answer=list_of(ref("Model")),
    ),
    Endpoint(
        method="GET",
        path="/v1/models/{model}",
        scope=Scope.READ,
        summary="Tell how a model stands and how it is watched",
        handler=one,
        parameters=(_ENV,),
        answer=ref("Model"),
    ),
    Endpoint(
        method="GET",
        path="/v1/models/{model}/metrics",
        scope=Scope.READ,
        summary="List measurements, oldest first",
        handler=metrics,
        parameters=(
            _ENV,
            Parameter("metric", "only this metric"),
            Parameter("column", "only this column"),
            Parameter("since", "windows that start at or after it", _TIME),
            Parameter("until", "windows that start before it", _TIME),
            Parameter("slice", "only this slice, as origin=JFK; all rows if left out"),
            Parameter("all_revisions", "also what was measured before late rows came", {"type": "boolean"}),
            *LIMITS,
        ),
        answer=list_of(ref("Measurement")),
    ),
    Endpoint(
        method="GET",
        path="/v1/models/{model}/columns/{column:path}",
        scope=Scope.READ,
        summary="Tell how a column's values lie, beside the reference",
        handler=column,
        parameters=(
            _ENV,
            Parameter("since", "start of the stretch; that of the last closed window if left out", _TIME),
            Parameter("until", "end of the stretch; that of the last closed window if left out", _TIME),
            Parameter("version", "only this version of the model"),
        ),
        answer=ref("Distribution"),
    ),
)
