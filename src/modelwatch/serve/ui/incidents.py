"""The list of incidents: what is open, what was, since when, and who looks after it."""

from __future__ import annotations

from starlette.responses import Response

from modelwatch.domain.scope import Scope
from modelwatch.read.incidents import DAYS, Wanted, listing
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.paths import links
from modelwatch.serve.ui.site import in_thread, page


def show(call: Call) -> Response:
    """The page."""
    wanted = Wanted.of(call.request.query_params)
    home = call.live.home
    with home.state.reading() as tx:
        found = listing(tx, home.catalog, call.caller.project, wanted, home.now())
    fields = {name: getattr(wanted, name) for name in ("standing", "state", "kind", "model", "q")}
    chosen = any(fields.values())
    fields["since"] = "all" if wanted.whole else ""
    url = links("/incidents", fields)
    return page(call, "incidents.html", here="incidents", found=found, wanted=wanted, url=url, chosen=chosen, days=DAYS)


ENDPOINTS = (
    Endpoint(
        method="GET", path="/incidents", scope=Scope.READ, summary="Incidents", handler=in_thread(show), page=True
    ),
)
