"""Long lists in pages: a plain list in the body, and where the next page is in the headers.

Every route that lists things answers through here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from starlette.responses import Response

from modelwatch.domain.errors import InputError
from modelwatch.serve.endpoint import Call, Parameter, as_json

Item = TypeVar("Item")
DEFAULT, MOST = 100, 1000
LIMITS = (
    Parameter(
        "limit",
        f"most items of a page; {DEFAULT} if left out",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT},
    ),
    Parameter("cursor", "where the page starts: the Next-Cursor of the page before"),
)


def paged(call: Call, items: Sequence[Item], *, show: Callable[[Item], Mapping[str, Any]]) -> Response:
    """One page of a list; `Next-Cursor` and `Link` tell of the next, if there is one.

    Parameters
    ----------
    show
        The JSON of one item; asked for those of the page only.
    """
    limit = call.whole("limit", DEFAULT, low=1, high=MOST)
    start = _start(call.query("cursor"))
    page = [show(item) for item in items[start : start + limit]]
    headers: dict[str, str] = {}
    if start + limit < len(items):
        cursor = _cursor(start + limit)
        following = call.request.url.include_query_params(cursor=cursor)
        headers = {"Next-Cursor": cursor, "Link": f'<{following.path}?{following.query}>; rel="next"'}
    return as_json(page, headers=headers)


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"after:{start}".encode()).decode().rstrip("=")


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        word, _, number = text.partition(":")
        if word == "after" and number.isdigit() and len(number) < 12:
            return int(number)
    except (binascii.Error, UnicodeError, ValueError):
        pass
    raise InputError(f"cursor={cursor!r} is not one of ours: take it from the Next-Cursor of the page before")
