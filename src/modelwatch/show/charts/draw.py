"""Specifications as what draws them: Vega for a browser, SVG for one file, PNG for a message.

The only place that knows the renderer, which the extra `charts` brings.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

from modelwatch.domain.errors import InputError
from modelwatch.show.charts.frame import Spec
from modelwatch.show.tokens import Mode, painted

_VALUES = "values"
# What makes a drawing longer and tells nobody anything: roles of marks, and ten digits of a pixel's fraction.
_ROLES = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*"|aria-hidden="true")')
_PLACES = re.compile(r' (?:d|transform)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_SHAPES = 512
# The renderer runs one script engine: two threads in it at once gain nothing, and its first use takes a while.
_LOCK = Lock()


def to_vega(spec: Spec) -> Spec:
    """The specification in the lower language that a browser draws without compiling it first.

    Charts of one shape and other numbers are compiled once.
    """
    emptied, values = _take(spec)
    compiled: Spec = json.loads(_compiled(json.dumps(emptied, sort_keys=True)))
    for each in compiled.get("data", ()):
        if each.get("name") in values:
            each[_VALUES] = values[each["name"]]
    return compiled


def to_svg(spec: Spec, mode: Mode | None = "light") -> str:
    """The chart as an SVG element: with fixed colours, or for no mode with the tokens of the page around it.

    It carries no words for those who do not see it: what stands around it does.
    """
    silent = {**spec, "config": {**spec.get("config", {}), "aria": False}}
    with _LOCK:
        svg = str(_renderer().vegalite_to_svg(silent if mode is None else painted(silent, mode)))
    return _PLACES.sub(lambda place: _LONG.sub(_short, place[0]), _ROLES.sub("", svg))


def to_png(spec: Spec, mode: Mode = "light", *, scale: float = 2.0) -> bytes:
    """The chart as a picture; `scale` pixels for each of its own, on the colour of the surface."""
    with _LOCK:
        return bytes(_renderer().vegalite_to_png(painted({**spec, "background": "var(--surface)"}, mode), scale=scale))


@lru_cache(maxsize=1)
def browser_script() -> str:
    """The script that draws Vega in a browser, as `vegaEmbed`."""
    with _LOCK:
        return str(_renderer().javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def browser_script_version() -> str:
    """Changes whenever `browser_script` may."""
    return str(_renderer().__version__)


@lru_cache(maxsize=_SHAPES)
def _compiled(text: str) -> str:
    with _LOCK:
        return json.dumps(_renderer().vegalite_to_vega(text))


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def _take(spec: Spec) -> tuple[Spec, dict[str, list[Any]]]:
    """A copy of a specification whose data has names instead of values, and the values by name."""
    taken: dict[str, list[Any]] = {}

    def copied(part: Any) -> Any:
        if isinstance(part, dict):
            made: dict[str, Any] = {}
            for name, each in part.items():  # pyright: ignore[reportUnknownVariableType]
                if name == "data" and isinstance(each, dict) and _VALUES in each:
                    made["data"] = {"name": f"rows{len(taken)}"}
                    taken[made["data"]["name"]] = each[_VALUES]
                else:
                    made[name] = copied(each)
            return made
        return [copied(each) for each in part] if isinstance(part, list) else part  # pyright: ignore[reportUnknownVariableType]

    return copied(spec), taken


def _renderer() -> ModuleType:
    try:
        import vl_convert
    except ImportError:
        raise InputError("drawing charts needs vl-convert: pip install 'modelwatch[charts]'") from None
    return vl_convert
