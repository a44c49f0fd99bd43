"""One file: its own policy closes it to the network and lets in nothing but its own style and script."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from html import unescape

from modelwatch.show.html import element
from modelwatch.show.report.document import document, framed

PAGE = document("a < b", element("p", "x"), style="p{margin:0}", script="void 0")


def test_the_policy_names_the_very_style_and_script() -> None:
    policy = unescape(re.findall(r'content="(default-src[^"]*)"', PAGE)[0])
    for name in ("style", "script"):
        inside = re.findall(rf"<{name}>(.*?)</{name}>", PAGE, re.DOTALL)[0]
        digest = base64.b64encode(sha256(inside.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_without_a_script_none_may_run() -> None:
    page = document("t", element("p", "x"), style="")
    assert "script-src &#x27;none&#x27;" in page
    assert "<script" not in page


def test_nothing_is_fetched() -> None:
    assert not re.findall(r"(?:src|href)=|@import|url\(", PAGE)


def test_its_title_is_text() -> None:
    assert "<title>a &lt; b</title>" in PAGE


def test_a_frame_holds_the_page_as_it_is() -> None:
    held = re.findall(r'srcdoc="([^"]*)"', framed("t", PAGE, height=10))[0]
    assert unescape(held) == PAGE
    assert "allow-same-origin" not in framed("t", PAGE, height=10)
