"""The test message has every part that the pipeline writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modelwatch.act.draft import Draft
from modelwatch.act.message import write
from modelwatch.act.sample import sample


def test_a_test_has_every_part_of_a_message(make_change: Callable[..., Any]) -> None:
    change = make_change()
    real = write(Draft(change=change.kind, incident=change.incident, at=change.at), {})
    assert list(sample("ops", 0)) == list(real)


def test_no_two_tests_are_the_same_message() -> None:
    assert sample("ops", 0)["key"] != sample("ops", 1)["key"] != sample("other", 1)["key"]
