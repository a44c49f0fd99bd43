"""Pages of a list: together they are the list, and only what is shown is made."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from modelwatch.domain.errors import InputError
from modelwatch.serve.auth import Caller
from modelwatch.serve.endpoint import Call
from modelwatch.serve.pages import paged


def call(query: str) -> Call:
    scope: dict[str, Any] = {
        "type": "http",
        "scheme": "http",
        "path": "/v1/models",
        "query_string": query.encode(),
        "headers": [(b"host", b"evil.example")],
    }
    return Call(Request(scope), Caller("a", "default", frozenset()), cast("Any", None), cast("Any", None))


def show(item: int) -> dict[str, int]:
    return {"n": item}


@given(st.integers(0, 30), st.integers(1, 12))
def test_pages_are_the_list_once_and_in_order(n: int, limit: int) -> None:
    found: list[int] = []
    pages, query = 0, f"limit={limit}&env=test"
    while True:
        answer = paged(call(query), range(n), show=show)
        found += [each["n"] for each in msgspec.json.decode(answer.body)]
        pages += 1
        if "next-cursor" not in answer.headers:
            break
        link, _, relation = answer.headers["link"].partition(";")
        assert relation == ' rel="next"'
        path, _, query = link.strip("<>").partition("?")
        assert (path, "env=test" in query, answer.headers["next-cursor"] in query) == ("/v1/models", True, True)
    assert found == list(range(n))
    assert pages == max(1, -(-n // limit))


def test_only_what_is_shown_is_made() -> None:
    made: list[int] = []

    def told(item: int) -> dict[str, int]:
        made.append(item)
        return show(item)

    paged(call("limit=2"), range(1000), show=told)
    assert made == [0, 1]


def test_a_hundred_unless_a_number_is_named() -> None:
    assert len(msgspec.json.decode(paged(call(""), range(1000), show=show).body)) == 100


def test_beyond_the_end_is_an_empty_page() -> None:
    first = paged(call("limit=5"), range(9), show=show)
    later = paged(call(f"cursor={first.headers['next-cursor']}"), range(3), show=show)
    assert (later.body, "next-cursor" in later.headers) == (b"[]", False)


@pytest.mark.parametrize(
    "cursor", ["", "5", "YWZ0ZXI6", "YWZ0ZXI6LTE", "%FF", "ü", "YWZ0ZXI6OTk5OTk5OTk5OTk5OTk5", "=" * 9]
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InputError, match="Next-Cursor"):
        paged(call(f"cursor={cursor}"), range(9), show=show)
