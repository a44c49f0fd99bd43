"""What a call knows of its request: the model, fields of the query, and who asks."""

from __future__ import annotations

from typing import Any, cast

import pytest
from starlette.requests import Request

from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey
from modelwatch.domain.scope import Scope
from modelwatch.serve.auth import Caller, Gate
from modelwatch.serve.endpoint import Call, Endpoint, as_json, caller_of, sealed


def call(query: str = "", model: str = "eta") -> Call:
    scope: dict[str, Any] = {
        "type": "http",
        "query_string": query.encode(),
        "path_params": {"model": model},
        "headers": [],
    }
    return Call(Request(scope), Caller("a", "rides", frozenset()), cast("Any", None), cast("Any", None))


def test_the_model_is_one_of_the_callers_project() -> None:
    assert call().model == ModelKey("eta", project="rides")
    assert call("env=test").model == ModelKey("eta", "test", "rides")
    for query, model in (("env=a/b", "eta"), ("env=..", "eta"), ("", "../eta"), ("", "ETA"), ("", "")):
        with pytest.raises(InputError, match="is not allowed"):
            _ = call(query, model).model


@pytest.mark.parametrize(("query", "value"), [("", 10), ("n=1", 1), ("n=99", 99), ("n=007", 7)])
def test_a_whole_number_within_its_range(query: str, value: int) -> None:
    assert call(query).whole("n", 10, low=1, high=99) == value


@pytest.mark.parametrize("text", ["", "0", "100", "-1", "1.0", "1e1", "%2B1", "%20", "%D9%A1", "9999999999"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="whole number from 1 to 99"):
        call(f"n={text}").whole("n", 10, low=1, high=99)


def test_an_instant_or_none() -> None:
    assert call().instant("t") is None
    assert call("t=1970-01-02").instant("t") == 86_400_000_000
    with pytest.raises(InputError):
        call("t=").instant("t")


def test_a_flag_is_true_or_false() -> None:
    assert [call(query).flag("f") for query in ("", "f=true", "f=false")] == [False, True, False]
    with pytest.raises(InputError, match="neither true nor false"):
        call("f=1").flag("f")


def test_a_route_without_scope_asks_nobody() -> None:
    alive = Endpoint(method="GET", path="/", scope=None, summary="", handler=cast("Any", None))
    caller = caller_of(call().request, cast("Gate", None), alive)
    assert (caller.name, caller.scopes) == ("anybody", frozenset[Scope]())


def test_json_is_written_for_all_that_json_cannot_say() -> None:
    answer = as_json({"a": float("nan"), "b": "ü"}, status=201, headers={"Next-Cursor": "x"})
    assert (answer.status_code, answer.body) == (201, '{"a":null,"b":"ü"}'.encode())
    assert answer.headers["next-cursor"] == "x"


def test_no_answer_is_kept_or_guessed_at_unless_it_says_so_itself() -> None:
    answer = sealed(as_json({}, headers={"Cache-Control": "max-age=5"}))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "max-age=5"
    assert sealed(as_json({})).headers["cache-control"] == "no-store"
