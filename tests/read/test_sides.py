"""A column in an incident's window beside the reference: its shares, what a model calls positive, and what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelwatch.app import Home
from modelwatch.domain.names import ModelKey
from modelwatch.read.case import Case
from modelwatch.read.sides import Side, sides
from modelwatch.read.values import Levels, Numbers
from modelwatch.store.metadata import Transaction


def test_scores_stand_beside_the_reference(faulty: Home, case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    found = sides(tx, incident)
    assert found is not None
    assert isinstance(found.shape, Numbers)
    assert sum(found.shape.sides["current"].bins) == pytest.approx(1)
    [mean] = faulty.metrics(ModelKey("loans"), metric="prediction_mean", since=incident.then.start)
    assert (found.current.n, found.current.mean) == (240, pytest.approx(mean.value))
    assert found.reference is not None
    assert (found.threshold, found.reference.n, found.change) == (0.5, 7200, "same")
    assert found.current.above is not None
    assert 0 < found.current.above < 240


def test_categories_are_levels_and_missing_columns_nothing(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    found = sides(tx, incident, "branch")
    assert found is not None
    assert isinstance(found.shape, Levels)
    assert (set(found.shape.names), found.change) == ({"north", "south"}, "alone")
    assert sides(tx, incident, "income") is None
    assert sides(tx, incident, "nobody") is None
    assert sides(tx, replace(incident, watched=None)) is None


@pytest.mark.parametrize(
    ("mean", "sd", "change"),
    [(0.5, 0.1, "same"), (0.56, 0.1, "higher"), (0.44, 0.1, "lower"), (0.5, 0.05, "narrowed"), (0.5, 0.15, "widened")],
)
def test_what_changed_most(case: tuple[Transaction, Case], mean: float, sd: float, change: str) -> None:
    found = sides(*case)
    assert found is not None
    assert replace(found, current=Side(9, mean, sd), reference=Side(9, 0.5, 0.1)).change == change
