"""Search: a page of all that was found, and what is suggested under the field of the top bar as one types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.scope import Scope
from modelwatch.read.search import Found, search
from modelwatch.serve.endpoint import Call, Endpoint, as_json
from modelwatch.serve.ui.paths import column_path, incident_path, model_path
from modelwatch.serve.ui.site import in_thread, page

LISTED, SUGGESTED = 20, 4
LONGEST = 200
"""Characters of a search that are looked at."""


def show(call: Call) -> Response:
    """The page of what was found."""
    text = _text(call)
    return page(call, "search.html", text=text, found=_find(call, text, LISTED))


async def suggest(call: Call) -> Response:
    """A few of the best, with where they lead."""
    text = _text(call)
    found = await run_in_threadpool(_find, call, text, SUGGESTED)
    return as_json({"hits": list(_told(found))})


def _text(call: Call) -> str:
    return (call.query("q") or "").strip()[:LONGEST]


def _find(call: Call, text: str, most: int) -> Found:
    home = call.live.home
    with home.state.reading() as tx:
        return search(tx, home.catalog, call.caller.project, text, most=most)


def _told(found: Found) -> Iterator[dict[str, Any]]:
    for model in found.models:
        env = "" if model.key.env == "prod" else model.key.env
        beside = ", ".join(filter(None, (env, model.owner)))
        yield {"what": "Model", "name": model.key.model, "beside": beside, "href": model_path(model.key)}
    for column in found.columns:
        path = column_path(column.key, column.column)
        yield {"what": "Column", "name": column.column, "beside": column.key.model, "href": path}
    for incident in found.incidents:
        beside = f"#{incident.id}, {incident.key.model}"
        yield {"what": "Incident", "name": incident.finding, "beside": beside, "href": incident_path(incident.id)}


ENDPOINTS = (
    Endpoint(
        method="GET", path="/search", scope=Scope.READ, summary="What was found", handler=in_thread(show), page=True
    ),
    Endpoint(method="GET", path="/search.json", scope=Scope.READ, summary="Suggestions", handler=suggest, page=True),
)
