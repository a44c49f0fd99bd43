"""Files that pages load: style sheets, scripts and the font, packed once and named by their content.

An address changes with what it names, so a browser keeps it for good; nothing comes from another host.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.errors import UnknownName
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.exposition import wants_gzip
from modelwatch.show.charts import draw
from modelwatch.show.tokens import style_sheet

CHARTS = "charts-runtime.js"
_FONT = "inter-latin.woff2"
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {"css": "text/css", "js": "text/javascript", "woff2": "font/woff2", "svg": "image/svg+xml"}
_PACKED = frozenset({"css", "js", "svg"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; `packed` by gzip where that is worth it."""

    content: bytes
    packed: bytes | None
    media_type: str


def address(name: str) -> str:
    """Where a browser finds a file of `static`, or the drawing script.

    Examples
    --------
    >>> address("app.js").startswith("/static/") and address("app.js").endswith("/app.js")
    True
    """
    return f"/static/{_version(name)}/{name}"


async def serve_asset(call: Call) -> Response:
    """One file."""
    name = call.request.path_params["name"]
    asset = await run_in_threadpool(load, name)
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    if asset.packed is not None and wants_gzip(call.request.headers.get("accept-encoding", "")):
        return Response(asset.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


@cache
def load(name: str) -> Asset:
    """A file by its name; the drawing script takes about a second to make, once.

    Raises
    ------
    UnknownName
        If there is no such file.
    """
    ending = name.rpartition(".")[2]
    content = _content(name)
    packed = gzip.compress(content, 9, mtime=0) if ending in _PACKED else None
    return Asset(content, packed, _TYPES[ending])


def _content(name: str) -> bytes:
    if name == CHARTS:
        return draw.browser_script().encode()
    if name == "tokens.css":
        return style_sheet().encode()
    folder = files("modelwatch.serve.ui") / "static"
    # Looked up, not joined: no name can lead out of the folder.
    for each in folder.iterdir():
        if each.name == name and name.rpartition(".")[2] in _TYPES:
            content = each.read_bytes()
            # The one file that names another: by its address, so that the font is fetched once.
            return content.replace(b"FONT", address(_FONT).encode()) if name == "font.css" else content
    raise UnknownName(f"there is no file {name!r}")


@cache
def _version(name: str) -> str:
    if name == CHARTS:
        # Not by its content: that would have to be made before the first page can be written.
        return blake2b(draw.browser_script_version().encode(), digest_size=6).hexdigest()
    return blake2b(load(name).content, digest_size=6).hexdigest()


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/static/{version}/{name}",
        scope=None,
        summary="A file that pages load",
        handler=serve_asset,
        page=True,
    ),
)
