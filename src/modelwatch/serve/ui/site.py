"""How every page is written: templates, the frame around them, its headers, and the errors of pages.

Pages call `page`; what a browser may do on them stands in one header.
"""

from __future__ import annotations

import gzip
import logging
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from modelwatch.domain.instants import format_instant
from modelwatch.domain.scope import Scope
from modelwatch.serve.auth import NotSignedIn
from modelwatch.serve.endpoint import Call, Handler
from modelwatch.serve.exposition import wants_gzip
from modelwatch.serve.problems import status_of
from modelwatch.serve.ui import assets, paths
from modelwatch.show import digits
from modelwatch.show.charts import Chart
from modelwatch.show.charts.draw import to_vega
from modelwatch.show.status import STATES

THEME = "modelwatch_theme"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TITLES = {
    403: "Your key does not reach this page",
    404: "There is nothing here by that name",
    405: "This address takes forms only",
    413: "That is more than one form may hold",
    500: "This page could not be made",
    503: "The home cannot be read now",
}
_DETAILS = {
    405: "Go back to the page that you came from, or start from the fleet.",
    500: "The server's log tells more. Rows that are sent still come in and are kept.",
}
_LONGEST_QUERY = 2000
_LOG = logging.getLogger("modelwatch.serve")


def page(call: Call, template: str, *, status: int = 200, here: str = "", **values: Any) -> Response:
    """A page from its template.

    Parameters
    ----------
    here
        Which part of the top bar the page belongs to: `fleet`, `incidents`, `events` or `rules`.
    values
        What the template shows.
    """
    given = {**_frame(call, here), **values}
    return _html(call, environment().get_template(template).render(given), status)


def troubled(call: Call, error: Exception) -> Response:
    """The page that tells of an error: what failed, that rows still come in, and what to do."""
    if isinstance(error, NotSignedIn):
        return RedirectResponse(f"/sign-in?{urlencode({'next': address_of(call)})}", 303)
    status = status_of(error)
    title = _TITLES.get(status, "That cannot be done as it was asked")
    detail, reference = _DETAILS.get(status, str(error)), ""
    if status == 500:
        reference = secrets.token_hex(4)
        _LOG.error("a page failed unexpectedly (%s)", reference, exc_info=error)
    return page(call, "error.html", status=status, title=title, detail=detail, reference=reference, code=status)


def in_thread(write: Callable[[Call], Response]) -> Handler:
    """A page that reads the home and takes a moment, as a handler that keeps nobody else waiting."""

    async def handler(call: Call) -> Response:
        return await run_in_threadpool(write, call)

    return handler


@cache
def environment() -> Environment:
    """The templates, with everything escaped unless it says otherwise."""
    made = Environment(
        loader=PackageLoader("modelwatch.serve.ui"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "metric": digits.metric,
        "share": digits.share,
        "count": digits.count,
        "duration": digits.duration,
        "day": digits.day,
        "moment": digits.moment,
        "window": digits.window,
        "reading": digits.reading,
        "prose": digits.prose,
        "rfc3339": format_instant,
        "chart_json": chart_json,
        "segment": segment,
    }
    shared: dict[str, Any] = {
        "asset": assets.address,
        "STATES": STATES,
        "charts_runtime": assets.CHARTS,
        "model_path": paths.model_path,
        "column_path": paths.column_path,
        "incident_path": paths.incident_path,
    }
    made.filters.update(filters)  # pyright: ignore[reportUnknownMemberType]
    made.globals.update(shared)  # pyright: ignore[reportUnknownMemberType]
    return made


def segment(text: str) -> str:
    """A name as one step of a path.

    Examples
    --------
    >>> segment("a/b c?")
    'a%2Fb%20c%3F'
    """
    return quote(text, safe="")


def chart_json(chart: Chart, **beside: Any) -> Markup:
    """A chart for the script that draws it, safe to stand inside a `script` element that holds data."""
    told = {"name": chart.name, "spec": to_vega(chart.spec), "columns": chart.columns, "rows": list(chart.rows)}
    return data_json({**told, **beside})


def data_json(value: Any) -> Markup:
    """JSON that cannot end the element in which it stands."""
    text = msgspec.json.encode(value).decode()
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(safe)  # noqa: S704 (every character that HTML could read is written as an escape)


def _frame(call: Call, here: str) -> Mapping[str, Any]:
    """What the frame around every page shows: who reads it, the watcher's health and the clock."""
    home = call.live.home
    caller = call.caller
    return {
        "here": here,
        "caller": caller,
        "may_operate": Scope.OPERATE in caller.scopes,
        "theme": theme_of(call),
        "now": home.now(),
        "replayed": home.is_replayed(),
        "troubles": len(call.live.troubles) + (call.live.intake.trouble is not None),
        "path": call.request.url.path,
        "address": address_of(call),
        "query": dict(call.request.query_params),
    }


def address_of(call: Call) -> str:
    """Where the reader is on this server, with what the page was asked for unless that is endless."""
    url = call.request.url
    return f"{url.path}?{url.query}" if 0 < len(url.query) <= _LONGEST_QUERY else url.path


def theme_of(call: Call) -> str | None:
    """The explicit choice of light or dark, None to follow the reader's preference."""
    chosen = call.request.cookies.get(THEME)
    return chosen if chosen in ("light", "dark") else None


def _html(call: Call, text: str, status: int) -> Response:
    content, headers = text.encode("utf-8", "replace"), {**_HEADERS, "Vary": "Accept-Encoding, Cookie"}
    if wants_gzip(call.request.headers.get("accept-encoding", "")):
        content, headers["Content-Encoding"] = gzip.compress(content, 5), "gzip"
    return Response(content, status, headers=headers, media_type="text/html")
