"""The rule book: rules in words, alike ones once, with how often each fired."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.read.rules import RuleBook, rule_book
from modelwatch.spec import parse_kept
from modelwatch.store import models, monitors


def read(desk: Any, model: ModelKey | None = None) -> RuleBook:
    with desk.state.reading() as tx:
        return rule_book(tx, desk.catalog, "default", desk.now, model=model)


def test_rules_that_are_alike_are_told_once(desk: Any) -> None:
    desk.model("a")
    alone = read(desk).lines
    desk.model("b")
    desk.model("weekly", size="7d")
    desk.model("theirs", project="rides")
    book = read(desk)
    assert [key.model for key in book.models] == ["a", "b", "weekly"]
    assert len(book.lines) == 2 * len(alone)
    assert {tuple(key.model for key in line.models) for line in book.lines} == {("a", "b"), ("weekly",)}
    assert {line.window for line in book.lines} == {"1 d", "7 d"}


def test_a_model_has_the_rules_of_its_specification(desk: Any) -> None:
    number, key = desk.model("a"), ModelKey("a")
    with desk.state.reading() as tx:
        rules = parse_kept(monitors.texts(tx)[number], catalog=desk.catalog, project="default").rules
    psi = next(rule for rule in rules if rule.metric == "psi")
    desk.incident(number, 1, firing=(desk.verdict("psi", rule=psi.id),))
    desk.incident(number, 2, firing=(desk.verdict("psi", rule=psi.id),), opened=desk.now - 31 * DAY)
    lines = read(desk, key).lines
    assert len(lines) == len(rules)
    line = next(each for each in lines if each.fired)
    assert (line.name, line.columns, line.condition, line.warning) == (
        "Population stability index",
        "features",
        "above",
        "0.1",
    )
    assert (line.fired, line.capped, line.pages, line.origin) == (1, True, False, "pack")


def test_a_model_without_rules_is_told(desk: Any) -> None:
    with desk.state.transaction() as tx:
        models.ensure(tx, ModelKey("fresh"))
    with pytest.raises(UnknownName, match="no specification yet"):
        read(desk, ModelKey("fresh"))
    with pytest.raises(UnknownName, match="there is no model"):
        read(desk, ModelKey("nobody"))
