"""Incidents: which there are, each in full, and what people say of them."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.scope import Scope
from modelwatch.serve.bodies import SMALL_LIMIT, read_body
from modelwatch.serve.endpoint import Call, Endpoint, Parameter, as_json
from modelwatch.serve.pages import LIMITS, paged
from modelwatch.serve.routes.events import read_struct
from modelwatch.serve.schemas import list_of, ref


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody says of an incident."""

    who: str | None = None
    text: str = ""
    until: str | None = None


async def listed(call: Call) -> Response:
    """The incidents of the caller's project, oldest first."""
    found = await run_in_threadpool(
        call.live.home.incidents, None, state=call.query("state"), project=call.caller.project
    )
    model = call.query("model")
    return paged(call, [each for each in found if model in (None, each["model"])], show=dict)


async def one(call: Call) -> Response:
    """One incident in full."""
    return as_json(await run_in_threadpool(_find, call))


async def respond(act: Literal["ack", "silence", "comment"], call: Call) -> Response:
    """Acknowledge, silence or comment on an incident."""
    body = await read_body(call.request, limit=SMALL_LIMIT)
    said: _Said = read_struct(body or b"{}", _Said)
    until = None if said.until is None else parse_instant(said.until)

    def answer() -> dict[str, Any]:
        _find(call)
        who = said.who or call.caller.name
        if act == "comment" and not said.text.strip():
            raise InputError("a comment needs a text that says something")
        return call.live.home.respond(None, _number(call), act, who=who, text=said.text, until=until)

    return as_json(await run_in_threadpool(answer))


def _find(call: Call) -> dict[str, Any]:
    """The incident that the path names, if it is of the caller's project."""
    return call.live.home.incidents(incident_id=_number(call), project=call.caller.project)[0]


def _number(call: Call) -> int:
    text = call.request.path_params["id"]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UnknownName(f"there is no incident {text!r}: incidents have numbers")
    return int(text)


_ANSWERS: tuple[tuple[Literal["ack", "silence", "comment"], str], ...] = (
    ("ack", "Say that somebody looks after an incident"),
    ("silence", "Send nothing more of an incident until a time"),
    ("comment", "Say something about an incident"),
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/incidents",
        scope=Scope.READ,
        summary="List incidents, oldest first",
        handler=listed,
        parameters=(
            Parameter("state", "open (acknowledged ones too), acknowledged or resolved; any if left out"),
            Parameter("model", "only those of this model"),
            *LIMITS,
        ),
        answer=list_of(ref("Incident")),
    ),
    Endpoint(
        method="GET",
        path="/v1/incidents/{id}",
        scope=Scope.READ,
        summary="Tell of an incident in full",
        handler=one,
        answer=ref("Incident"),
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/v1/incidents/{{id}}/{act}",
            scope=Scope.OPERATE,
            summary=summary,
            handler=partial(respond, act),
            body={"application/json": ref("Response")},
            answer=ref("Incident"),
        )
        for act, summary in _ANSWERS
    ),
)
