"""The diary: events of all models, the latest first, in pages."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey
from modelwatch.read.events import Diary, Happened, diary
from modelwatch.store import events


@pytest.fixture
def filled(desk: Any) -> Any:
    numbers = [desk.model("a"), desk.model("b"), desk.model("c", project="rides")]
    with desk.state.transaction() as tx:
        for number in numbers:
            events.add(tx, number, Event(kind="holiday", at=10))
            events.add(tx, number, Event(kind="deployment", at=20))
    return desk


def read(desk: Any, **given: Any) -> Diary:
    with desk.state.reading() as tx:
        return diary(tx, "default", **{"before": 2**62, "most": 9, **given})


def test_the_latest_first_with_what_can_be_chosen(filled: Any) -> None:
    found = read(filled)
    assert [(each.key.model, each.event.at) for each in found.happened] == [("a", 20), ("b", 20), ("a", 10), ("b", 10)]
    assert ([key.model for key in found.models], found.kinds, found.older) == (
        ["a", "b"],
        ["deployment", "holiday"],
        None,
    )


def test_a_model_and_a_kind_can_be_chosen(filled: Any) -> None:
    [only] = read(filled, model="b", kind="holiday").happened
    assert (only.key.model, only.event.at) == ("b", 10)
    assert read(filled, model="c").happened == []


def test_pages_go_on_without_leaving_one_out(filled: Any) -> None:
    first = read(filled, most=1)
    assert first.older is not None
    assert len(first.happened) == 2  # of one instant
    second = read(filled, most=1, before=first.older)
    seen = {(each.key, each.event) for each in (*first.happened, *second.happened)}
    assert len(seen) == 4
    assert second.older is None
    assert read(filled, most=3).older is None


@pytest.mark.parametrize(
    ("link", "address"),
    [("https://a.example/1", "https://a.example/1"), ("javascript:alert(1)", ""), ("", ""), ("ticket 12", "")],
)
def test_only_addresses_of_the_web_are_followed(link: str, address: str) -> None:
    assert Happened(ModelKey("a"), Event(kind="note", at=0, link=link)).address == address
