"""HTML and SVG as values: text is escaped unless it is HTML already, so that no name can become markup.

One-file reports are put together with it; they need nothing that is not installed with the package itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_EMPTY = frozenset({"meta", "input", "br", "rect", "path", "line", "circle", "polyline"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | float | bool | None) -> Html:
    """An element; attributes with None or False are left out, `_` in their names stands for `-`.

    Examples
    --------
    >>> element("td", "a < b", class_="num", title=None)
    '<td class="num">a &lt; b</td>'
    >>> element("p", element("b", "x"), "&")
    '<p><b>x</b>&amp;</p>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY and not children:
        return Html(f"<{name}{given}>" if name in ("meta", "input", "br") else f"<{name}{given}/>")
    return Html(f"<{name}{given}>{''.join(_text(child) for child in children if child is not None)}</{name}>")


def together(parts: Iterable[str | None]) -> Html:
    """Parts one after the other.

    Examples
    --------
    >>> together(["<", element("br")])
    '&lt;<br>'
    """
    return Html("".join(_text(part) for part in parts if part is not None))


def _text(child: str) -> str:
    return child if isinstance(child, Html) else escape(child)


def _attribute(name: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return f' {key}="{escape(text)}"'
