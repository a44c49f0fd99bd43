"""Files that pages load: named by their content, kept for good, packed, and nothing outside the folder."""

from __future__ import annotations

import gzip
import re

import pytest
from starlette.testclient import TestClient

from modelwatch.domain.errors import UnknownName
from modelwatch.serve.ui.assets import CHARTS, address, load
from modelwatch.show.tokens import style_sheet

TYPES = {
    "app.js": "text/javascript; charset=utf-8",
    "base.css": "text/css; charset=utf-8",
    "tokens.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "inter-latin.woff2": "font/woff2",
    CHARTS: "text/javascript; charset=utf-8",
}


@pytest.mark.parametrize("name", TYPES)
def test_a_file_comes_with_its_type_and_is_kept_for_good(reader: TestClient, name: str) -> None:
    answer = reader.get(address(name))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[name]
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == load(name).content


@pytest.mark.parametrize("name", ["app.js", "base.css", CHARTS])
def test_text_is_packed_for_those_who_can_unpack_it(reader: TestClient, name: str) -> None:
    packed = reader.get(address(name), headers={"Accept-Encoding": "gzip"})
    plain = reader.get(address(name), headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_a_font_is_packed_already(reader: TestClient) -> None:
    answer = reader.get(address("inter-latin.woff2"), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def test_packing_gives_the_same_bytes_each_time() -> None:
    asset = load("app.js")
    assert asset.packed is not None
    assert asset.packed == gzip.compress(asset.content, 9, mtime=0)


def test_an_address_changes_with_what_it_names() -> None:
    assert len({address(name).split("/")[2] for name in TYPES}) == len(TYPES)
    assert all(re.fullmatch(rf"/static/[0-9a-f]{{12}}/{re.escape(name)}", address(name)) for name in TYPES)


def test_the_tokens_are_those_of_the_charts() -> None:
    assert load("tokens.css").content.decode() == style_sheet()


def test_the_font_s_sheet_names_the_font_by_its_address() -> None:
    assert address("inter-latin.woff2") in load("font.css").content.decode()


@pytest.mark.parametrize(
    "name", ["", "none.js", "OFL.txt", "site.py", ".", "..", "../site.py", "..%2fsite.py", "/etc/passwd", "app.js%00"]
)
def test_what_is_no_file_of_a_page_is_not_there(reader: TestClient, name: str) -> None:
    with pytest.raises(UnknownName):
        load(name)
    assert reader.get(f"/static/0/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/static/0/../../ui/site.py", "/static/..%2f..%2fsite.py", "/static/0/a/app.js"])
def test_no_path_leads_out_of_the_folder(reader: TestClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_a_page_loads_what_there_is(reader: TestClient) -> None:
    page = reader.get("/sign-in").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) >= 5
    assert {reader.get(path).status_code for path in files} == {200}
