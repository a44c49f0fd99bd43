"""A message as lines: order, labels, what is left out, what is escaped and what is cut."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.act.outline import Fact, facts, headline, limited, links, mark, model_of, printable
from modelwatch.act.sample import sample

MESSAGE: dict[str, Any] = sample("ops", 0)


def test_a_headline_says_how_bad_where_and_what() -> None:
    assert headline(MESSAGE | {"severity": "no_data"}) == "NO DATA  modelwatch  This is a test of the channel ops"


@pytest.mark.parametrize(
    ("project", "env", "told"),
    [("default", "prod", "eta"), ("default", "test", "eta (test)"), ("rides", "prod", "rides/eta")],
)
def test_a_model_is_named_as_far_as_it_is_unusual(project: str, env: str, told: str) -> None:
    assert model_of({"model": "eta", "env": env, "project": project}) == told


def test_what_is_empty_is_left_out() -> None:
    assert [fact.label for fact in facts(MESSAGE)] == ["Test", "Why", "Do first", "Look"]
    assert list(links(MESSAGE)) == []


def test_facts_are_labelled_and_printable() -> None:
    changed = {"evidence": ["a\nb", "c"], "where": ["x 1 and y 2", "z"], "columns": ["p", "q\x1b", "r", "s"]}
    told = {fact.label: fact for fact in facts(MESSAGE | changed)}
    assert told["Why"] == Fact(label="Why", items=("a\\nb", "c"))
    assert told["Slices"].text == "x 1 and y 2; z"
    assert told["Columns"].text == "p, q\\x1b, r, s"


def test_an_end_that_is_told_late_says_so() -> None:
    late = MESSAGE | {"until": "1970-01-02T00:00:00Z", "held_back": "fine for 8 windows since"}
    assert next(facts(late)).text.endswith(" until 1970-01-02T00:00:00Z (fine for 8 windows since)")


def test_links_are_named() -> None:
    assert list(links({"links": {"runbook": "https://e.org/\n"}})) == [("Runbook", "https://e.org/\\n")]


@pytest.mark.parametrize(("runes", "cut"), [(3, "😀é…"), (4, "😀éxy"), (99, "😀éxy")])
def test_lengths_are_counted_in_characters(runes: int, cut: str) -> None:
    assert limited("😀éxy", runes) == cut


def test_a_mark_is_the_same_for_the_same_key_only() -> None:
    assert mark("a") == mark("a") != mark("b")
    assert len(mark("\ud800\n")) == 16


def test_text_from_data_cannot_steer_anything() -> None:
    assert printable("a\x1b\u202e\ud800é😀") == "a\\x1b\\u202e\\ud800é😀"
