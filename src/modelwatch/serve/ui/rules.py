"""The rules page: by what every model is judged, and how often each rule fired of late."""

from __future__ import annotations

from starlette.responses import Response

from modelwatch.domain.names import ModelKey, check_name
from modelwatch.domain.scope import Scope
from modelwatch.read.rules import FIRED_DAYS, rule_book
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.paths import links
from modelwatch.serve.ui.site import in_thread, page


def show(call: Call) -> Response:
    """The page."""
    home, project = call.live.home, call.caller.project
    name, env = call.query("model") or None, check_name(call.query("env") or "prod", "env")
    model = None if name is None else ModelKey(name, env, project)
    now = home.now()
    with home.state.reading() as tx:
        book = rule_book(tx, home.catalog, project, now, model=model)
    return page(
        call,
        "rules.html",
        here="rules",
        book=book,
        model=model,
        fired_days=FIRED_DAYS,
        url=links("/rules", {}),
    )


ENDPOINTS = (
    Endpoint(method="GET", path="/rules", scope=Scope.READ, summary="Rules", handler=in_thread(show), page=True),
)
