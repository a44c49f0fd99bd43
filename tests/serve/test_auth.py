"""The gate: keys that hold, end and are revoked, and what a request says of who it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelwatch.domain.instants import DAY
from modelwatch.domain.scope import GRANTED, Scope
from modelwatch.serve.auth import Caller, Gate, NotAllowed, NotSignedIn, require
from modelwatch.store import State, keys
from modelwatch.store.keys import ApiKey

LOCAL = {"host": "localhost:8321"}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State.create(tmp_path / "state.sqlite") as opened:
        yield opened


def gate_of(state: State, *, loopback: bool = True) -> Gate:
    return Gate(state, token="the token", loopback=loopback)


def add(state: State, name: str, *, scopes: tuple[str, ...] = ("read",), expires: int | None = None) -> None:
    with state.transaction() as tx:
        keys.add(tx, ApiKey("rides", name, scopes, keys.digest_of(f"mw_{name}"), 0, expires))


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_a_key_brings_its_name_project_and_scopes(state: State) -> None:
    add(state, "grafana", scopes=("read", "operate"))
    expected = Caller("grafana", "rides", frozenset({Scope.READ, Scope.OPERATE}))
    gate = gate_of(state)
    assert gate.caller(bearer("mw_grafana"), DAY) == expected
    assert gate.caller({"x-api-key": "mw_grafana"}, DAY) == expected
    assert gate.caller({"authorization": "bearer   mw_grafana "}, DAY) == expected


def test_a_key_made_a_moment_ago_holds_at_once(state: State) -> None:
    gate = gate_of(state)
    assert gate.caller(LOCAL, 0).name == "anonymous"
    add(state, "fresh")
    assert gate.caller(bearer("mw_fresh"), 0).name == "fresh"
    with pytest.raises(NotSignedIn, match="send a key"):
        gate.caller(LOCAL, 0)


def test_a_key_ends_at_the_instant_that_was_said(state: State) -> None:
    add(state, "short", expires=DAY)
    gate = gate_of(state)
    assert gate.caller(bearer("mw_short"), DAY - 1).name == "short"
    with pytest.raises(NotSignedIn, match="'short' has expired"):
        gate.caller(bearer("mw_short"), DAY)


def test_a_revoked_key_is_as_unknown_as_one_that_never_was(state: State) -> None:
    add(state, "gone")
    with state.transaction() as tx:
        keys.revoke(tx, "rides", "gone", 5)
    gate = gate_of(state)
    for key in ("mw_gone", "mw_never", "", "\udc80"):
        with pytest.raises(NotSignedIn):
            gate.caller({"x-api-key": key}, 0)
    assert not gate.has_keys()
    # Whoever has ever used keys is not opened to all by revoking the last.
    with pytest.raises(NotSignedIn):
        gate.caller(LOCAL, 0)


def test_the_token_of_this_machine_may_do_everything(state: State) -> None:
    assert gate_of(state).caller(bearer("the token"), 0) == Caller("local", "default", frozenset(Scope))


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8321", "[::1]:8321", "LocalHost"])
def test_without_keys_this_machine_may_do_everything_but_what_is_local(state: State, host: str) -> None:
    assert gate_of(state).caller({"host": host}, 0) == Caller("anonymous", "default", frozenset(GRANTED))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::2]:8321"},
        {"host": "localhost@evil.example"},
        {**LOCAL, "origin": "https://evil.example"},
        {**LOCAL, "origin": "https://evil.example:8321"},
        {**LOCAL, "origin": "null"},
        {**LOCAL, "origin": ""},
    ],
)
def test_without_keys_a_web_page_of_another_host_is_nobody(state: State, headers: dict[str, str]) -> None:
    with pytest.raises(NotSignedIn):
        gate_of(state).caller(headers, 0)


def test_a_server_that_others_can_reach_answers_nobody_without_a_key(state: State) -> None:
    with pytest.raises(NotSignedIn):
        gate_of(state, loopback=False).caller(LOCAL, 0)


def test_a_scope_that_is_lacking_is_named() -> None:
    require(Caller("a", "default", frozenset({Scope.READ})), Scope.READ)
    with pytest.raises(NotAllowed, match="'a' lacks the scope 'operate'"):
        require(Caller("a", "default", frozenset({Scope.READ})), Scope.OPERATE)
