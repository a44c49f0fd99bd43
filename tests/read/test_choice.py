"""Which models one wants to see: fields of a query as one value, and back."""

from __future__ import annotations

import pytest

from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey
from modelwatch.read.choice import SORTS, UNOWNED, Choice
from modelwatch.read.fleet import Standing
from modelwatch.show.status import State


def model(name: str, state: State = State.OK, **told: object) -> Standing:
    return Standing(key=ModelKey(name), state=state, **told)  # type: ignore[arg-type]


MODELS = [
    model("b", State.CRITICAL, owner="risk", task="binary", rows=5, since=3, finding="temp is missing"),
    model("c", owner="ads", task="regression", rows=9, unlabelled=0.5),
    model("a", task="binary", rows=7),
]


def names(**given: str) -> list[str]:
    return [each.name for each in Choice.of(given).shown(MODELS)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "bca"),
        ({"state": "ok"}, "ca"),
        ({"owner": "risk"}, "b"),
        ({"owner": UNOWNED}, "a"),
        ({"owner": "nobody"}, ""),
        ({"task": "binary"}, "ba"),
        ({"task": "binary", "state": "ok"}, "a"),
        ({"sort": "name"}, "abc"),
        ({"sort": "newest"}, "bac"),
        ({"sort": "rows"}, "cab"),
        ({"sort": "unlabelled"}, "cab"),
        ({"sort": "owner"}, "cba"),
        ({"q": "temp"}, "bca"),
    ],
)
def test_fields_choose_and_sort(given: dict[str, str], expected: str) -> None:
    assert "".join(names(**given)) == expected


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_keeps_all(sort: str) -> None:
    assert sorted(names(sort=sort)) == ["a", "b", "c"]


def test_the_query_comes_back() -> None:
    given = {"state": "warning", "q": "a b", "owner": "risk", "task": "binary", "sort": "rows"}
    assert Choice.of(given).fields == given
    assert not any(Choice.of({"sort": "worst", "q": " "}).fields.values())


def test_words_must_all_be_found() -> None:
    found = [each.name for each in MODELS if Choice(q="RISK missing").finds(each)]
    assert found == ["b"]
    assert not any(Choice(q="risk nothing").finds(each) for each in MODELS)


@pytest.mark.parametrize(("field", "allowed"), [("state", "critical, warning"), ("sort", "worst, name")])
def test_what_is_not_known_is_told_with_what_is(field: str, allowed: str) -> None:
    with pytest.raises(InputError, match=f"bad.*{allowed}"):
        Choice.of({field: "bad"})
