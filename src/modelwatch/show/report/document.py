"""The file around a report: style, script and content in one, closed to the network by its own policy.

Light and dark follow the reader, by the same tokens as the pages of the server.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from html import escape

from modelwatch.show.html import Html, element, together
from modelwatch.show.tokens import style_sheet


def document(title: str, content: Html, *, style: str, script: str = "") -> str:
    """A whole HTML file.

    Parameters
    ----------
    style
        What the style sheet holds besides the tokens.
    script
        The only script that may run; without one none may.
    """
    sheet = style_sheet() + style
    scripts = f"'sha256-{_digest(script)}'" if script else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(sheet)}'; script-src {scripts}; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
    head = together(
        [
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", title),
            element("style", Html(sheet)),
        ]
    )
    body = element("body", element("main", content), element("script", Html(script)) if script else None)
    return f'<!doctype html>\n<html lang="en">{element("head", head)}{body}</html>\n'


def framed(title: str, page: str, *, height: int) -> str:
    """A page inside another one, as notebooks show it: neither can style or script the other.

    Examples
    --------
    >>> framed("t", "<p>x</p>", height=100)[:34]
    '<iframe title="t" sandbox="allow-s'
    """
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" srcdoc="{escape(page)}" width="100%" '
        f'height="{height}" frameborder="0"></iframe>'
    )


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()
