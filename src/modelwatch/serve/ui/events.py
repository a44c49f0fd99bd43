"""The events page: what happened to all models, the latest first."""

from __future__ import annotations

from starlette.responses import Response

from modelwatch.domain.scope import Scope
from modelwatch.read.events import diary
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.paths import links
from modelwatch.serve.ui.site import in_thread, page

LISTED = 100


def show(call: Call) -> Response:
    """The page."""
    before = call.instant("before")
    model, kind = call.query("model") or None, call.query("kind") or None
    with call.live.home.state.reading() as tx:
        found = diary(
            tx, call.caller.project, before=2**62 if before is None else before, model=model, kind=kind, most=LISTED
        )
    return page(
        call,
        "events.html",
        here="events",
        diary=found,
        names=sorted({key.model for key in found.models}),
        model=model,
        kind=kind,
        before=before,
        url=links("/events", {"model": model, "kind": kind}),
    )


ENDPOINTS = (
    Endpoint(method="GET", path="/events", scope=Scope.READ, summary="Events", handler=in_thread(show), page=True),
)
