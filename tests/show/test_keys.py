"""API keys as a table: who, what for, and whether each still holds."""

from __future__ import annotations

from typing import Any

from modelwatch.show.keys import key_lines


def key(name: str, **given: Any) -> dict[str, Any]:
    made = {"created": "2026-03-01T00:00:00Z", "expires": None, "revoked": None}
    return {"project": "default", "name": name, "scopes": ["read", "operate"], **made, **given}


def test_each_key_is_a_line_with_its_state() -> None:
    ended = {"expires": "2026-06-01T00:00:00Z"}
    lines = [*key_lines([key("a"), key("b", **ended), key("c", **ended, revoked="2026-04-01T00:00:00Z")])]
    assert len(lines) == 4
    assert "read, operate" in lines[1]
    assert [line.partition("2026-03-01")[2].strip() for line in lines[1:]] == [
        "holds",
        "until 2026-06-01",
        "revoked 2026-04-01",
    ]


def test_no_keys_says_what_that_means() -> None:
    [line] = key_lines([])
    assert "may do everything" in line
