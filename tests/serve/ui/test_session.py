"""Signing in with a key, forms of other sites, and where a reader is sent on to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home, wall
from modelwatch.domain.scope import GRANTED
from modelwatch.serve import build
from modelwatch.serve.auth import COOKIE
from modelwatch.serve.bodies import SMALL_LIMIT
from modelwatch.serve.ui.session import back
from modelwatch.store import keys
from modelwatch.store.keys import ApiKey


@pytest.fixture(scope="module")
def locked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with keys: `read`, `ingest`, and `theirs` of another project."""
    copy = tmp_path_factory.mktemp("locked") / "home"
    shutil.copytree(made / "home", copy)
    with Home.open(copy, write=True) as home:
        now = wall()
        with home.state.transaction() as tx:
            for scope in GRANTED:
                keys.add(tx, ApiKey("default", str(scope), (str(scope),), keys.digest_of(f"mw_{scope}"), now))
            keys.add(tx, ApiKey("rides", "theirs", tuple(GRANTED), keys.digest_of("mw_theirs"), now))
        yield home


@pytest.fixture
def client(locked: Home) -> Iterator[TestClient]:
    """A browser of its own."""
    with TestClient(build(locked), base_url="http://localhost", follow_redirects=False) as made:
        yield made


def sign_in(client: TestClient, key: str, following: str = "/") -> object:
    return client.post("/sign-in", data={"key": key, "next": following})


def test_a_page_asks_for_a_key_and_leads_back(client: TestClient) -> None:
    sent = client.get("/?state=critical&q=a%20b")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2F%3Fstate%3Dcritical%26q%3Da%2520b")
    form = client.get(sent.headers["location"]).text
    assert 'name="next" value="/?state=critical&amp;q=a%20b"' in form
    answer = sign_in(client, "mw_read", "/?state=critical&q=a%20b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?state=critical&q=a%20b")
    assert client.get("/").status_code == 200


def test_a_question_without_end_is_not_carried_along(client: TestClient) -> None:
    assert client.get("/", params={"q": "x" * 5000}).headers["location"] == "/sign-in?next=%2F"


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(client: TestClient) -> None:
    cookie = sign_in(client, " mw_read\n").headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=strict", "path=/", f"{COOKIE}=mw_read"} <= parts
    assert not {"secure"} & parts
    assert not any(part.startswith(("max-age", "expires", "domain")) for part in parts)


def test_over_https_the_cookie_stays_there(locked: Home) -> None:
    with TestClient(build(locked), base_url="https://watch.example", follow_redirects=False) as client:
        assert "secure" in sign_in(client, "mw_read").headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("key", "status", "told"),
    [("mw_wrong", 401, "this key is not known"), ("", 401, "send a key"), ("mw_ingest", 403, "lacks the scope")],
)
def test_a_key_that_opens_nothing_is_refused_with_the_reason(
    client: TestClient, key: str, status: int, told: str
) -> None:
    answer = sign_in(client, key, "/models/loans")
    assert (answer.status_code, "set-cookie" in answer.headers) == (status, False)
    assert told in answer.text
    assert 'name="next" value="/models/loans"' in answer.text
    assert key not in answer.text.replace("mw_...", "") or not key


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
        "evil.example",
        "/\t/evil.example",
        "",
    ],
)
def test_nobody_is_sent_on_to_another_host(client: TestClient, elsewhere: str) -> None:
    assert back(elsewhere) == "/"
    assert sign_in(client, "mw_read", elsewhere).headers["location"] == "/"
    assert client.post("/theme", data={"theme": "dark", "next": elsewhere}).headers["location"] == "/"


def test_signing_out_forgets_the_key(client: TestClient) -> None:
    sign_in(client, "mw_read")
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert client.get("/").status_code == 303


def test_the_theme_is_kept_for_a_year_or_forgotten(client: TestClient) -> None:
    chosen = client.post("/theme", data={"theme": "dark", "next": "/sign-in"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/sign-in")
    assert "max-age=31536000" in chosen.headers["set-cookie"].lower()
    assert client.cookies["modelwatch_theme"] == "dark"
    client.post("/theme", data={"theme": "auto"})
    assert "modelwatch_theme" not in client.cookies
    client.post("/theme", data={"theme": "<script>"})
    assert "modelwatch_theme" not in client.cookies


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/theme"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, data={"key": "mw_read", "theme": "dark"}, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("origin", ["http://localhost", None])
def test_a_form_of_our_own_page_is_taken(client: TestClient, origin: str | None) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"} | ({"Origin": origin} if origin else {})
    assert client.post("/sign-in", data={"key": "mw_read"}, headers=headers).status_code == 303


def test_the_api_does_not_take_the_cookie(client: TestClient) -> None:
    sign_in(client, "mw_read")
    assert client.get("/v1/models").status_code == 401


def test_a_key_shows_the_models_of_its_own_project(client: TestClient) -> None:
    sign_in(client, "mw_theirs")
    page = client.get("/").text
    assert "eta" in page
    assert "loans" not in page
    assert client.get("/models/loans").status_code == 404


def test_a_body_that_is_no_form_is_refused(client: TestClient) -> None:
    assert client.post("/theme", content=b"\xff\xfe").status_code == 422
    too_much = client.post("/theme", content=b"a=" + b"x" * SMALL_LIMIT)
    assert (too_much.status_code, "more than one form may hold" in too_much.text) == (413, True)


def test_an_address_of_a_form_says_so_when_it_is_opened(client: TestClient) -> None:
    opened = client.get("/theme", headers={"Accept": "text/html"})
    assert (opened.status_code, "takes forms only" in opened.text) == (405, True)
