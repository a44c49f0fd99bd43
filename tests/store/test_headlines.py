"""Headlines: one per model and window, a revision replaces it, many models are read at once."""

from __future__ import annotations

import pytest

from modelwatch.store import State, headlines
from modelwatch.store.headlines import Headline, Point

DAY, HOUR = 24, 1


def headline(model_id: int, start: int, length: int, value: float | None = 0.7) -> Headline:
    return Headline(model_id, start, start + length, 10, "roc_auc", "3", 28, value, 0.6, 0.8, 9, True, 0.1, 0.75, 0.01)


@pytest.fixture
def filled(state: State, model_id: int, other_id: int) -> State:
    """Five days of one model and a hundred hours of another."""
    with state.transaction() as tx:
        headlines.put(tx, [headline(model_id, DAY * day, DAY, float(day)) for day in range(5)])
        headlines.put(tx, [headline(other_id, hour, HOUR) for hour in range(100)])
    return state


def test_what_is_put_comes_back_and_is_replaced(state: State, model_id: int) -> None:
    bare = Headline(model_id, 24, 48, rows=0, metric=None, version="", span=1)
    with state.transaction() as tx:
        assert not headlines.some(tx, model_id)
        headlines.put(tx, [headline(model_id, 0, DAY), bare])
        assert headlines.between(tx, 0, 48) == [headline(model_id, 0, DAY), bare]
        headlines.put(tx, [headline(model_id, 0, DAY, None)])
        assert headlines.between(tx, 0, 48) == [headline(model_id, 0, DAY, None), bare]
        assert headlines.some(tx, model_id)
        assert not headlines.some(tx, model_id + 1)


def test_between_holds_its_start_and_not_its_end(filled: State, model_id: int, other_id: int) -> None:
    with filled.reading() as tx:
        found = headlines.between(tx, 24, 48)
        assert headlines.between(tx, 24, 48, model_ids=[model_id]) == found[:1]
        assert headlines.between(tx, 24, 48, model_ids=[]) == []
    assert [(each.model_id, each.start) for each in found] == [
        (model_id, 24),
        *((other_id, at) for at in range(24, 48)),
    ]


def test_the_last_windows_are_counted_for_each_model_by_itself(filled: State, model_id: int, other_id: int) -> None:
    with filled.reading() as tx:
        found = headlines.last(tx, 2)
        early = headlines.last(tx, 2, until=25, model_ids=[model_id])
        assert headlines.last(tx, 1000) == headlines.between(tx, 0, 1000)
    assert [(each.model_id, each.start) for each in found] == [
        (model_id, 72),
        (model_id, 96),
        (other_id, 98),
        (other_id, 99),
    ]
    assert [each.value for each in early] == [0.0, 1.0]


def test_traces_are_the_last_windows_cut_down(filled: State) -> None:
    with filled.reading() as tx:
        found, cut = headlines.last(tx, 3), headlines.traces(tx, 3)
    assert cut == [Point(each.model_id, each.start, each.rows, each.value) for each in found]
