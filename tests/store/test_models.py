"""Models: one number each, and a helpful word about those that do not exist."""

from __future__ import annotations

import pytest

from modelwatch.domain.errors import UnknownName
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, models


def test_a_model_keeps_its_number(state: State) -> None:
    with state.transaction() as tx:
        first = models.ensure(tx, ModelKey("a"))
        second = models.ensure(tx, ModelKey("b"))
        assert first != second
    with state.transaction() as tx:
        assert models.ensure(tx, ModelKey("a")) == first
        assert models.find(tx, ModelKey("b")) == second


def test_project_and_environment_tell_models_apart(state: State) -> None:
    keys = [ModelKey("a"), ModelKey("a", env="staging"), ModelKey("a", project="other")]
    with state.transaction() as tx:
        numbers = [models.ensure(tx, key) for key in keys]
        assert len(set(numbers)) == 3
        assert models.known(tx) == {keys[0]: numbers[0], keys[1]: numbers[1], keys[2]: numbers[2]}


def test_the_error_names_the_nearest_and_all(state: State) -> None:
    with state.transaction() as tx:
        for name in ("flight-delay", "churn"):
            models.ensure(tx, ModelKey(name))
        with pytest.raises(
            UnknownName, match=r"'flight-dely'.*did you mean 'flight-delay'.*known are churn, flight-delay"
        ):
            models.find(tx, ModelKey("flight-dely"))


def test_the_error_names_another_environment(state: State) -> None:
    with state.transaction() as tx:
        models.ensure(tx, ModelKey("churn", env="staging"))
        with pytest.raises(UnknownName, match=r"environment 'prod'.*churn in staging"):
            models.find(tx, ModelKey("churn"))


def test_the_error_tells_nothing_of_other_projects(state: State) -> None:
    with state.transaction() as tx:
        models.ensure(tx, ModelKey("secret", project="theirs"))
        with pytest.raises(UnknownName, match="known are none yet"):
            models.find(tx, ModelKey("secret"))
