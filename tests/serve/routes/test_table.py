"""Who may ask what: every route of the server against every kind of caller, as one table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home, wall
from modelwatch.domain.instants import DAY
from modelwatch.domain.scope import GRANTED
from modelwatch.serve import build
from modelwatch.serve.routes.table import ENDPOINTS
from modelwatch.store import keys
from modelwatch.store.keys import ApiKey

TOKEN = "the command line's"

# Each route with a request that a caller of the project default would be answered, and the scope that it needs.
ROW = b'{"prediction_id": "x", "timestamp": "2026-03-01T00:00:00Z", "score": 0.5}'
LABEL = b'{"prediction_id": "x", "label": 1}'
EVENT = b'{"kind": "holiday", "at": "2026-03-01"}'
KEY = b'{"verb": "revoke_key", "given": {"name": "spare", "project": "default"}}'
ROUTES: Mapping[str, tuple[str, bytes | None, str]] = {
    "POST /v1/models/{model}/predictions": ("/v1/models/fresh/predictions", ROW, "ingest"),
    "POST /v1/models/{model}/labels": ("/v1/models/loans/labels", LABEL, "ingest"),
    "POST /v1/models/{model}/events": ("/v1/models/loans/events", EVENT, "ingest"),
    "GET /v1/models/{model}/events": ("/v1/models/loans/events", None, "read"),
    "GET /v1/models": ("/v1/models", None, "read"),
    "GET /v1/models/{model}": ("/v1/models/loans", None, "read"),
    "GET /v1/models/{model}/metrics": ("/v1/models/loans/metrics", None, "read"),
    "GET /v1/models/{model}/columns/{column:path}": ("/v1/models/loans/columns/income", None, "read"),
    "GET /v1/incidents": ("/v1/incidents", None, "read"),
    "GET /v1/incidents/{id}": ("/v1/incidents/1", None, "read"),
    "POST /v1/incidents/{id}/ack": ("/v1/incidents/1/ack", b"{}", "operate"),
    "POST /v1/incidents/{id}/silence": ("/v1/incidents/1/silence", b'{"until": "2030-01-01"}', "operate"),
    "POST /v1/incidents/{id}/comment": ("/v1/incidents/1/comment", b'{"text": "seen"}', "operate"),
    "GET /healthz": ("/healthz", None, "nobody"),
    "GET /readyz": ("/readyz", None, "nobody"),
    "GET /metrics": ("/metrics", None, "read"),
    "GET /openapi.json": ("/openapi.json", None, "nobody"),
    "POST /v1/local": ("/v1/local", KEY, "local"),
}
# The same of pages: a browser is sent to sign in, and errors are pages.
PAGES: Mapping[str, tuple[str, bytes | None, str]] = {
    "GET /static/{version}/{name}": ("/static/0/app.js", None, "nobody"),
    "GET /sign-in": ("/sign-in", None, "nobody"),
    "POST /sign-in": ("/sign-in", b"key=read", "nobody"),
    "POST /sign-out": ("/sign-out", b"", "nobody"),
    "GET /models/{model}/columns/{column:path}": ("/models/loans/columns/income", None, "read"),
    "GET /models/{model}/charts/{chart}": ("/models/loans/charts/missing.json?column=income", None, "read"),
    "POST /theme": ("/theme", b"theme=dark", "nobody"),
    "GET /models/{model}": ("/models/loans", None, "read"),
    "GET /": ("/", None, "read"),
    "GET /fleet.json": ("/fleet.json", None, "read"),
    "GET /search": ("/search?q=income", None, "read"),
    "GET /search.json": ("/search.json?q=income", None, "read"),
    "GET /events": ("/events", None, "read"),
    "GET /rules": ("/rules", None, "read"),
    "GET /incidents": ("/incidents", None, "read"),
    "GET /incidents/{id}": ("/incidents/1", None, "read"),
    "POST /incidents/{id}/ack": ("/incidents/1/ack", b"", "operate"),
    "POST /incidents/{id}/silence": ("/incidents/1/silence", b"for=1d", "operate"),
    "POST /incidents/{id}/unsilence": ("/incidents/1/unsilence", b"", "operate"),
    "POST /incidents/{id}/comment": ("/incidents/1/comment", b"text=seen", "operate"),
}
# Routes whose path names something of a project: a caller of another project finds nothing there.
OWNED = {route for route in (*ROUTES, *PAGES) if "{" in route} - {"POST /v1/models/{model}/predictions"}
ALL = {"ingest", "read", "operate"}


@dataclass(frozen=True)
class Caller:
    """A kind of caller: what it sends, whether the home has keys, and what it reaches."""

    headers: Mapping[str, str]
    keys: bool = True
    reaches: frozenset[str] | None = frozenset()
    """None: it is not let in at all, but where nobody is asked."""
    elsewhere: bool = False
    loopback: bool = True


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


CALLERS: Mapping[str, Caller] = {
    "anonymous, no keys": Caller({}, keys=False, reaches=frozenset(ALL)),
    "anonymous from localhost by name": Caller({"Host": "LOCALHOST:8321"}, keys=False, reaches=frozenset(ALL)),
    "anonymous over IPv6": Caller({"Host": "[::1]:8321"}, keys=False, reaches=frozenset(ALL)),
    "a page of this machine": Caller({"Origin": "http://localhost:8321"}, keys=False, reaches=frozenset(ALL)),
    "anonymous, no keys, reachable from elsewhere": Caller({}, keys=False, reaches=None, loopback=False),
    "a page of another host": Caller({"Origin": "https://evil.example"}, keys=False, reaches=None),
    "a page of a name that begins like ours": Caller({"Origin": "http://localhost.evil"}, keys=False, reaches=None),
    "a page without origin": Caller({"Origin": "null"}, keys=False, reaches=None),
    "a name that leads here": Caller({"Host": "evil.example"}, keys=False, reaches=None),
    "no host": Caller({"Host": ""}, keys=False, reaches=None),
    "anonymous, with keys": Caller({}, reaches=None),
    "bad key": Caller(bearer("mw_wrong"), reaches=None),
    "bad key, no keys": Caller(bearer("mw_wrong"), keys=False, reaches=None),
    "empty key": Caller({"X-API-Key": ""}, reaches=None),
    "key of half a surrogate": Caller({"X-API-Key": "\udcff"}, reaches=None),
    "expired": Caller(bearer("expired"), reaches=None),
    "revoked": Caller(bearer("revoked"), reaches=None),
    "ingest": Caller(bearer("ingest"), reaches=frozenset({"ingest"})),
    "read": Caller(bearer("read"), reaches=frozenset({"read"})),
    "operate": Caller(bearer("operate"), reaches=frozenset({"operate"})),
    "ingest by another header": Caller({"X-API-Key": "ingest"}, reaches=frozenset({"ingest"})),
    "key with a foreign origin and host": Caller(
        bearer("read") | {"Origin": "https://evil.example", "Host": "evil.example"}, reaches=frozenset({"read"})
    ),
    "another project": Caller(bearer("theirs"), reaches=frozenset(ALL), elsewhere=True),
    "local token": Caller(bearer(TOKEN), reaches=frozenset({*ALL, "local"})),
}


@pytest.fixture(scope="module")
def clients(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[tuple[bool, bool], TestClient]]:
    """Clients of a home with keys and of one without, which this machine only or all can reach."""
    folder = tmp_path_factory.mktemp("callers")
    homes: dict[bool, Home] = {}
    for with_keys in (True, False):
        shutil.copytree(made / "home", folder / str(with_keys))
        homes[with_keys] = Home.open(folder / str(with_keys), write=True)
    _add_keys(homes[True])
    found = {
        (with_keys, loopback): TestClient(build(homes[with_keys], token=TOKEN, loopback=loopback))
        for with_keys in (True, False)
        for loopback in (True, False)
    }
    opened = [each.__enter__() for each in found.values()]
    yield found
    for each in opened:
        each.__exit__()
    for home in homes.values():
        home.close()


def _add_keys(home: Home) -> None:
    now = wall()
    with home.state.transaction() as tx:
        for scope in (*GRANTED, "spare"):
            scopes = (str(scope),) if scope in GRANTED else tuple(GRANTED)
            keys.add(tx, ApiKey("default", str(scope), scopes, keys.digest_of(str(scope)), now, expires=now + DAY))
        every = tuple(GRANTED)
        keys.add(tx, ApiKey("rides", "theirs", every, keys.digest_of("theirs"), now))
        keys.add(tx, ApiKey("default", "expired", every, keys.digest_of("expired"), now - DAY, expires=now))
        keys.add(tx, ApiKey("default", "revoked", every, keys.digest_of("revoked"), now))
        keys.revoke(tx, "default", "revoked", now)


def expected(route: str, caller: Caller) -> set[int]:
    scope = (ROUTES.get(route) or PAGES[route])[2]
    if scope == "nobody":
        return {200}
    if caller.reaches is None:
        return {401}
    if scope not in caller.reaches:
        return {403}
    if caller.elsewhere and route in OWNED:
        return {404}
    if scope == "local" and not caller.keys:
        return {404}
    return {200, 201}


def test_every_route_is_in_the_table() -> None:
    for known, page in ((ROUTES, False), (PAGES, True)):
        served = {f"{each.method} {each.path}": each.scope or "nobody" for each in ENDPOINTS if each.page is page}
        assert {route: scope for route, (_, _, scope) in known.items()} == served


@pytest.mark.parametrize("kind", CALLERS)
def test_who_may_ask_what(clients: Mapping[tuple[bool, bool], TestClient], kind: str) -> None:
    caller = CALLERS[kind]
    client = clients[caller.keys, caller.loopback]
    for route, (path, body, _) in ROUTES.items():
        headers = {"Host": "localhost", "Content-Type": "application/json", **caller.headers}
        sent = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()]
        answer = client.request(route.split()[0], path, content=body, headers=sent)
        assert answer.status_code in expected(route, caller), (route, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
        assert "access-control-allow-origin" not in answer.headers


def expected_page(route: str, caller: Caller, headers: Mapping[str, str]) -> set[int]:
    origin = headers.get("Origin")
    if route.startswith("POST") and origin is not None and origin.partition("://")[2] != headers["Host"]:
        return {403}
    if route == "POST /sign-in":
        return {401, 303}
    scope = PAGES[route][2]
    if scope != "nobody" and caller.reaches is None:
        return {303}
    return {200, 303} if scope == "nobody" else expected(route, caller) | {303}


@pytest.mark.parametrize("kind", CALLERS)
def test_who_may_open_which_page(clients: Mapping[tuple[bool, bool], TestClient], kind: str) -> None:
    caller = CALLERS[kind]
    client = clients[caller.keys, caller.loopback]
    for route, (path, body, scope) in PAGES.items():
        headers = {"Host": "localhost", "Content-Type": "application/x-www-form-urlencoded", **caller.headers}
        sent = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()]
        answer = client.request(route.split()[0], path, content=body, headers=sent, follow_redirects=False)
        assert answer.status_code in expected_page(route, caller, headers), (route, answer.text)
        sent_to_sign_in = answer.headers.get("location", "").startswith("/sign-in?next=")
        assert sent_to_sign_in == (scope != "nobody" and caller.reaches is None and answer.status_code == 303)
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


def test_a_key_sees_its_own_project_only(clients: Mapping[tuple[bool, bool], TestClient]) -> None:
    client = clients[True, True]
    theirs = client.get("/v1/models", headers=bearer("theirs")).json()
    assert "eta" in [each["model"] for each in theirs]
    assert {each["project"] for each in theirs} == {"rides"}
    assert [each["title"] for each in client.get("/v1/incidents", headers=bearer("theirs")).json()] == ["theirs"]
    assert "loans" not in client.get("/metrics", headers=bearer("theirs")).text
    refused = client.get("/v1/models/loans", headers=bearer("theirs"))
    assert (refused.status_code, "eta" in refused.json()["detail"]) == (404, True)
    known = client.get("/v1/models/etaa", headers=bearer("read")).json()["detail"].partition("known are")[2]
    assert ("loans" in known, "eta" in known) == (True, False)
