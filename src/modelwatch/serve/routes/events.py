"""Events: deployments, holidays and the like, put on a model's time axis and read from it."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.app import wall
from modelwatch.collect.instants import instants
from modelwatch.domain.errors import InputError, Malformed
from modelwatch.domain.event import Event
from modelwatch.domain.instants import format_instant, parse_instant
from modelwatch.domain.scope import Scope
from modelwatch.serve.bodies import SMALL_LIMIT, read_body
from modelwatch.serve.endpoint import Call, Endpoint, Parameter, as_json
from modelwatch.serve.pages import LIMITS, paged
from modelwatch.serve.schemas import list_of, ref


class _Posted(msgspec.Struct, forbid_unknown_fields=True):
    """An event as it is sent."""

    kind: str
    at: str | int | float
    until: str | int | float | None = None
    note: str = ""
    link: str = ""


async def add(call: Call) -> Response:
    """Tell of something that happened."""
    body = await read_body(call.request, limit=SMALL_LIMIT)
    posted = read_struct(body, _Posted)
    until = None if posted.until is None else _instant(posted.until)
    event = Event(kind=posted.kind, at=_instant(posted.at), until=until, note=posted.note, link=posted.link)
    event.check()
    await run_in_threadpool(call.live.home.add_event, call.model, event)
    return as_json(event.to_dict(), status=201)


async def listed(call: Call) -> Response:
    """The events of a model that touch a stretch of time."""
    since, until = call.instant("since") or 0, call.instant("until")
    found = await run_in_threadpool(call.live.home.events, call.model, since, wall() if until is None else until)
    return paged(call, found, show=Event.to_dict)


def _instant(given: str | float) -> int:
    """A time as text, or as a number since 1970 whose unit shows by its size, as the times of rows do."""
    if isinstance(given, str):
        return parse_instant(given)
    [read] = instants(pl.Series([given])).values.cast(pl.Int64).to_list()
    if read is None:
        raise InputError(f"{given!r} is not a time: write it as 2013-03-01T06:00:00Z or as seconds since 1970")
    return read


def read_struct(body: bytes, kind: type[Any]) -> Any:
    """A small JSON body as a struct.

    Raises
    ------
    Malformed
        If it is no JSON.
    InputError
        If it is JSON, but not such a one.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"the body is not what this route takes: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"the body is not JSON: {error}") from None


_ENV = Parameter("env", "environment of the model; prod if left out")
_TIME = {"type": "string", "format": "date-time"}
ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/models/{model}/events",
        scope=Scope.INGEST,
        summary="Tell of a deployment, a holiday, an outage",
        handler=add,
        parameters=(_ENV,),
        body={"application/json": ref("PostedEvent")},
        answer=ref("Event"),
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/v1/models/{model}/events",
        scope=Scope.READ,
        summary="List events, oldest first",
        handler=listed,
        parameters=(
            _ENV,
            Parameter("since", f"events at or after it; {format_instant(0)} if left out", _TIME),
            Parameter("until", "events before it; now if left out", _TIME),
            *LIMITS,
        ),
        answer=list_of(ref("Event")),
    ),
)
