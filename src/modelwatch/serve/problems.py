"""Errors as RFC 9457 problem details: which of ours is which status, and the body that tells it.

The server's one error handler asks here, so that no route speaks of errors.
"""

from __future__ import annotations

import logging

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from modelwatch.domain.errors import (
    DeliveryError,
    DiskFull,
    DurabilityError,
    HomeError,
    InputError,
    Malformed,
    ModelwatchError,
    Overloaded,
    SpecError,
    TooLarge,
    UnknownEncoding,
    UnknownName,
)
from modelwatch.serve.auth import NotAllowed, NotSignedIn
from modelwatch.serve.endpoint import sealed

MEDIA_TYPE = "application/problem+json"
_ADVICE = {
    404: "there is nothing at this path: GET /openapi.json lists what there is",
    405: "this path has other methods: the header Allow lists them",
}
_LOG = logging.getLogger("modelwatch.serve")

# The first that fits counts, so the narrower stand before the wider.
_STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (NotSignedIn, 401, "not signed in"),
    (NotAllowed, 403, "not allowed"),
    (UnknownName, 404, "not found"),
    (TooLarge, 413, "too large"),
    (UnknownEncoding, 415, "unknown type or encoding"),
    (Overloaded, 429, "too much at once"),
    (Malformed, 400, "not understood"),
    (SpecError, 422, "specification refused"),
    (InputError, 422, "input refused"),
    (DeliveryError, 502, "channel refused"),
    (DiskFull, 507, "disk full"),
    (DurabilityError, 503, "cannot keep rows"),
    (HomeError, 503, "home not usable"),
    (ModelwatchError, 422, "input refused"),
)


def problem(status: int, title: str, detail: str, *, headers: dict[str, str] | None = None) -> Response:
    """A response that tells what went wrong."""
    body = {"type": f"urn:modelwatch:problem:{title.replace(' ', '-')}", "title": title, "status": status}
    content = msgspec.json.encode({**body, "detail": detail})
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


def status_of(error: Exception) -> int:
    """The status of an error, 500 for one that nobody foresaw.

    Examples
    --------
    >>> status_of(UnknownName("there is no model 'a'")), status_of(ZeroDivisionError())
    (404, 500)
    """
    return error.status_code if isinstance(error, HTTPException) else _known(error)[0]


def told(error: Exception) -> Response:
    """The response to an error."""
    status, title = _known(error)
    if status != 500:
        return problem(status, title, str(error), headers=_headers(error, status))
    _LOG.error("a request failed unexpectedly", exc_info=error)
    return problem(500, "unexpected", f"unexpected {type(error).__name__}: the server's log tells more")


async def handle(request: Request, error: Exception) -> Response:
    """Starlette's hook for errors of ours, and for those of its own."""
    del request
    return sealed(_answer(error))


def _known(error: Exception) -> tuple[int, str]:
    return next(((status, title) for kind, status, title in _STATUSES if isinstance(error, kind)), (500, "unexpected"))


def _answer(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        detail = _ADVICE.get(error.status_code, error.detail)
        return problem(error.status_code, error.detail.lower(), detail, headers=dict(error.headers or {}))
    return told(error)


def _headers(error: Exception, status: int) -> dict[str, str] | None:
    match status:
        case 401:
            return {"WWW-Authenticate": "Bearer"}
        case 429:
            seconds = error.seconds if isinstance(error, Overloaded) else 1
            return {"Retry-After": str(seconds)}
        case 503 | 507:
            return {"Retry-After": "5"}
        case _:
            return None
