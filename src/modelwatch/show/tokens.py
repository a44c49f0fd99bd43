"""The design tokens: every colour that a page, chart, report or picture may use, in the light and in the dark.

Style sheets and chart specifications name tokens (`var(--critical)`); `painted` puts colours in their place
where nothing resolves names, as in a PNG.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

Mode = Literal["light", "dark"]

# Light, dark. Contrasts against the surface: text 4.5 and more, lines that mean something 3 and more.
TOKENS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bg": ("#F7F8FA", "#0D1014"),
        "surface": ("#FFFFFF", "#14181E"),
        "sunken": ("#F1F3F6", "#1A1F27"),
        "line": ("#E2E6EC", "#262D37"),
        "line2": ("#C9D0DA", "#3B4553"),
        "control": ("#8490A0", "#6E7989"),
        "t1": ("#15191F", "#ECEFF3"),
        "t2": ("#454E5C", "#B7C0CC"),
        "t3": ("#626C7B", "#8D98A8"),
        "link": ("#1F55C4", "#83B0FF"),
        "button": ("#1F55C4", "#2F66D8"),
        "critical": ("#B3261E", "#FF8577"),
        "critical-tint": ("#FDF0EE", "#2A1615"),
        "critical-fill": ("#B3261E", "#D9564A"),
        "warning": ("#8A5800", "#F3BE4E"),
        "warning-fill": ("#E39A08", "#F3BE4E"),
        "on-warning": ("#15191F", "#0D1014"),
        "warning-tint": ("#FFF6E2", "#271E0C"),
        "nodata": ("#6A4BB5", "#BBA5F7"),
        "nodata-tint": ("#F4F0FC", "#1E1930"),
        "ok": ("#1B7260", "#5CC7AC"),
        "current": ("#2563D9", "#6FA3FF"),
        "label": ("#1B2430", "#E6EAF0"),
        "ref-bar": ("#D3D9E2", "#343D4A"),
        "ref-band": ("#E9ECF1", "#1D232B"),
        "ref-line": ("#8A94A3", "#77828F"),
        "heat-0": ("#F0F2F5", "#1B2028"),
        "heat-1": ("#E0E5EC", "#2A323D"),
        "heat-2": ("#F3BE52", "#5E4310"),
        "heat-3": ("#E08A1E", "#A06C10"),
        "heat-4": ("#BF5A06", "#E3A22B"),
        "heat-5": ("#7A2E05", "#FFE09A"),
    }
)
HEAT_LIMITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Multiples of the limit at which the heat scale goes on to its next colour."""
FONT = "Inter, system-ui, sans-serif"
_NAMED = re.compile(r"^var\(--([a-z0-9-]+)\)$")


def token(name: str) -> str:
    """How a style sheet or a chart names a token.

    Examples
    --------
    >>> token("critical")
    'var(--critical)'
    """
    if name not in TOKENS:
        raise KeyError(f"there is no token {name!r}: there are {', '.join(TOKENS)}")
    return f"var(--{name})"


def heat(multiple: float) -> int:
    """Which of the six heat colours a multiple of the limit has.

    Examples
    --------
    >>> heat(0.3), heat(1.0), heat(1.5), heat(100.0)
    (0, 1, 2, 5)
    """
    return sum(multiple > limit for limit in HEAT_LIMITS)


def style_sheet() -> str:
    """The tokens as custom properties: by the reader's preference, or as `data-theme` of the page says."""
    light, dark = (_properties(side) for side in (0, 1))
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}"
    )


def painted(value: Any, mode: Mode = "light") -> Any:
    """A chart specification with colours where it names tokens.

    Examples
    --------
    >>> painted({"mark": {"color": token("ok")}}, "dark")
    {'mark': {'color': '#5CC7AC'}}
    """
    if isinstance(value, str):
        named = _NAMED.match(value)
        return TOKENS[named[1]][mode == "dark"] if named else value
    if isinstance(value, Mapping):
        return {key: painted(each, mode) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [painted(each, mode) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _properties(side: int) -> str:
    return "".join(f"--{name}:{pair[side]};" for name, pair in TOKENS.items())
