"""Signing in with an API key: the browser keeps it in a cookie that no script reads and no other site sends.

Also the choice of light or dark, which a cookie keeps so that a page comes in the right colours at once.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from modelwatch.app import wall
from modelwatch.domain.errors import InputError
from modelwatch.domain.scope import Scope
from modelwatch.serve.auth import COOKIE, NotSignedIn, require
from modelwatch.serve.bodies import SMALL_LIMIT, read_body
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.site import THEME, in_thread, page

_YEAR = 365 * 24 * 3600


def ask(call: Call) -> Response:
    """The form that asks for a key."""
    return page(call, "sign_in.html", next=back(call.query("next")), refused="")


async def sign_in(call: Call) -> Response:
    """Take a key and go on to where the reader wanted."""
    form = await read_form(call)
    given, following = form.get("key", "").strip(), back(form.get("next"))
    try:
        require(call.gate.caller({"authorization": f"Bearer {given}"}, wall()), Scope.READ)
    except PermissionError as error:
        status = 401 if isinstance(error, NotSignedIn) else 403
        return await run_in_threadpool(page, call, "sign_in.html", status=status, next=following, refused=str(error))
    answer = RedirectResponse(following, 303)
    secure = call.request.url.scheme == "https"
    answer.set_cookie(COOKIE, given, httponly=True, samesite="strict", secure=secure)
    return answer


async def sign_out(call: Call) -> Response:
    """Forget the key."""
    del call
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


async def choose_theme(call: Call) -> Response:
    """Keep the choice of light or dark, or follow the reader's preference again."""
    form = await read_form(call)
    answer = RedirectResponse(back(form.get("next")), 303)
    chosen = form.get("theme", "")
    if chosen in ("light", "dark"):
        answer.set_cookie(THEME, chosen, max_age=_YEAR, samesite="strict")
    else:
        answer.delete_cookie(THEME, samesite="strict")
    return answer


async def read_form(call: Call) -> dict[str, str]:
    """The fields of a form as a browser posts it; of a field given twice the last.

    Raises
    ------
    InputError
        If the body is no form.
    """
    body = await read_body(call.request, limit=SMALL_LIMIT)
    try:
        return {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    except (UnicodeDecodeError, ValueError):
        raise InputError("the body is no form of UTF-8 fields") from None


def back(following: str | None) -> str:
    """A path of this server to go on to, the fleet if another host, or nothing, is named.

    Examples
    --------
    >>> back("/models/a?range=1y"), back("https://evil.example"), back("//evil.example"), back(None)
    ('/models/a?range=1y', '/', '/', '/')
    """
    if not following or not following.startswith("/") or following[1:2] in ("/", "\\"):
        return "/"
    parts = urlsplit(following)
    clean = not parts.scheme and not parts.netloc and following.isprintable()
    return following if clean else "/"


ENDPOINTS = (
    Endpoint(method="GET", path="/sign-in", scope=None, summary="Ask for a key", handler=in_thread(ask), page=True),
    Endpoint(method="POST", path="/sign-in", scope=None, summary="Take a key", handler=sign_in, page=True),
    Endpoint(method="POST", path="/sign-out", scope=None, summary="Forget a key", handler=sign_out, page=True),
    Endpoint(method="POST", path="/theme", scope=None, summary="Light or dark", handler=choose_theme, page=True),
)
