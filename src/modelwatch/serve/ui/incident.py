"""The page of one incident: what, since when, how bad, why, what to do first, with the proof, and its answers.

Acknowledging, silencing and commenting are plain forms; each leads back to the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.instants import parse_duration, parse_instant
from modelwatch.domain.scope import Scope
from modelwatch.read.incident import IncidentView, incident_view
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.proofs import proofs
from modelwatch.serve.ui.session import read_form
from modelwatch.serve.ui.site import in_thread, page
from modelwatch.show import digits

Act = Literal["ack", "silence", "unsilence", "comment"]
NAME = "modelwatch_name"
"""The cookie that keeps the name of a reader who has no key."""
ANONYMOUS = "anonymous"
CHOICES = ("1h", "8h", "1d", "7d")
_LONGEST_NAME = 64
_YEAR = 365 * 24 * 3600
_DONE: Mapping[str, str] = {
    "ack": "Acknowledged: everybody sees that somebody looks after it.",
    "silence": "Silenced: nothing more is sent of it until then.",
    "unsilence": "The silence is over: what happens next is sent again.",
    "comment": "Comment added to the timeline.",
}


def show(call: Call) -> Response:
    """The page."""
    return _page(call, _number(call))


async def answer(act: Act, call: Call) -> Response:
    """Do what a form asks, and lead back; what cannot be done is told on the page, with the form's text kept."""
    form = await read_form(call)
    number = _number(call)

    def respond() -> Response:
        _read(call, number)
        try:
            _respond(call, number, act, form)
        except InputError as error:
            return _page(call, number, status=422, refused=str(error), act=act, form=form)
        back = RedirectResponse(f"/incidents/{number}?done={act}", 303)
        if form.get("who", "").strip():
            back.set_cookie(NAME, _who(call, form), max_age=_YEAR, samesite="strict", httponly=True)
        return back

    return await run_in_threadpool(respond)


def _respond(call: Call, number: int, act: Act, form: Mapping[str, str]) -> None:
    home, text = call.live.home, form.get("text", "").strip()
    if act == "comment" and not text:
        raise InputError("a comment needs a text that says something")
    until = None
    if act == "silence":
        length, instant = form.get("for", ""), form.get("until", "")
        until = home.now() + parse_duration(length) if length else parse_instant(instant)
    home.respond(None, number, act, who=_who(call, form), text=text, until=until)


def _page(
    call: Call,
    number: int,
    *,
    status: int = 200,
    refused: str = "",
    act: str = "",
    form: Mapping[str, str] | None = None,
) -> Response:
    view = _read(call, number)
    drawn = proofs(view)
    return page(
        call,
        "incident.html",
        here="incidents",
        status=status,
        it=view,
        proofs=drawn,
        done=_DONE.get(call.query("done") or "", ""),
        refused=refused,
        act=act,
        form=form or {},
        choices=[(each, digits.duration(parse_duration(each))) for each in CHOICES],
        named=call.caller.name if call.caller.name != ANONYMOUS else call.request.cookies.get(NAME, ""),
        anonymous=call.caller.name == ANONYMOUS,
    )


def _read(call: Call, number: int) -> IncidentView:
    """The incident, if it is of the caller's project."""
    home = call.live.home
    with home.state.reading() as tx:
        return incident_view(tx, home.catalog, number, project=call.caller.project, now=home.now())


def _who(call: Call, form: Mapping[str, str]) -> str:
    """Who answers: the name of the key, or what a reader without one calls oneself."""
    if call.caller.name != ANONYMOUS:
        return call.caller.name
    given = form.get("who", "").strip() or call.request.cookies.get(NAME, "").strip()
    if len(given) > _LONGEST_NAME or not given.isprintable():
        raise InputError(f"a name has at most {_LONGEST_NAME} characters, all of them printable")
    return given or ANONYMOUS


def _number(call: Call) -> int:
    text = call.request.path_params["id"]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UnknownName(f"there is no incident {text!r}: incidents have numbers")
    return int(text)


_ANSWERS: tuple[tuple[Act, str], ...] = (
    ("ack", "Say that one looks after an incident"),
    ("silence", "Hear nothing more of an incident for a while"),
    ("unsilence", "Hear of an incident again"),
    ("comment", "Say something about an incident"),
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/incidents/{id}",
        scope=Scope.READ,
        summary="One incident",
        handler=in_thread(show),
        page=True,
    ),
    *(
        Endpoint(
            method="POST",
            path=f"/incidents/{{id}}/{act}",
            scope=Scope.OPERATE,
            summary=summary,
            handler=partial(answer, act),
            page=True,
        )
        for act, summary in _ANSWERS
    ),
)
