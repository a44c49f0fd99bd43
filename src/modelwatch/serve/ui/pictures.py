"""Any chart of a page by itself: as a picture for a message, as an element for a document, as its specification.

A page's charts are made by one function of its query; a page joins by a line in `SOURCES` and a path of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType

import msgspec
from starlette.responses import Response

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.scope import Scope
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui import column, model
from modelwatch.serve.ui.site import in_thread
from modelwatch.show.charts import Chart
from modelwatch.show.charts.draw import to_png, to_svg
from modelwatch.show.tokens import Mode, painted

MOST_SCALE = 4
_THEMES: Mapping[str, Mode] = MappingProxyType({"light": "light", "dark": "dark"})
_TYPES = MappingProxyType({"png": "image/png", "svg": "image/svg+xml", "json": "application/json"})
SOURCES: Mapping[str, Callable[[Call], Sequence[Chart]]] = MappingProxyType(
    {"model": model.charts, "column": column.charts}
)
"""What makes the charts of each page."""


def of_model(call: Call) -> Response:
    """A chart of a model's page, or of that of the column which the query names."""
    return _sent(call, "model" if call.query("column") is None else "column")


def _sent(call: Call, source: str) -> Response:
    name, _, form = call.request.path_params["chart"].rpartition(".")
    if form not in _TYPES:
        raise UnknownName(f"a chart is sent as {', '.join(_TYPES)}: end its name with one of them, as in drift.png")
    theme = call.query("theme") or "light"
    if theme not in _THEMES:
        raise InputError(f"theme={theme!r} is neither {' nor '.join(_THEMES)}")
    scale = call.whole("scale", 2, low=1, high=MOST_SCALE)
    charts = {chart.name: chart for chart in SOURCES[source](call)}
    if name not in charts:
        raise UnknownName(f"there is no chart {name!r} on this page: there are {', '.join(charts)}")
    content = _drawn(charts[name], form, _THEMES[theme], scale)
    # The numbers may change with the next window: a browser keeps the picture, and asks whether it still holds.
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_TYPES[form])


def _drawn(chart: Chart, form: str, mode: Mode, scale: int) -> bytes:
    if form == "png":
        return to_png(chart.spec, mode, scale=scale)
    if form == "svg":
        return to_svg(chart.spec, mode).encode()
    return msgspec.json.encode({**painted(chart.spec, mode), "description": chart.says})


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/models/{model}/charts/{chart}",
        scope=Scope.READ,
        summary="A chart of a model or a column by itself",
        handler=in_thread(of_model),
        page=True,
    ),
)
