"""Proposals: the first for a model stays."""

from __future__ import annotations

from modelwatch.store import State, proposals


def test_the_first_proposal_of_a_model_stays(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        proposals.put(tx, model_id, "model: a", 5)
        proposals.put(tx, model_id, "model: b", 6)
    with state.reading() as tx:
        assert proposals.get(tx, model_id) == "model: a"
        assert proposals.get(tx, other_id) is None


def test_the_time_of_the_first_rows_is_told_of_all(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        assert proposals.waiting(tx) == {}
        proposals.put(tx, model_id, "model: a", 5)
        proposals.put(tx, model_id, "model: b", 6)
        assert proposals.waiting(tx) == {model_id: 5}
