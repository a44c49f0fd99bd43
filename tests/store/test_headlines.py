"""Headlines: one per model and window, a revision replaces it, many models are read at once."""

from __future__ import annotations

import pytest

from modelwatch.domain import instants
from modelwatch.store import State, clock, headlines
from modelwatch.store.headlines import Headline

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


def test_the_newest_of_each_model_and_the_newest_with_a_value(filled: State, model_id: int, other_id: int) -> None:
    with filled.transaction() as tx:
        headlines.put(tx, [headline(model_id, DAY * 5, DAY, None)])
        found, scored = headlines.newest(tx), headlines.newest(tx, scored=True)
    assert {number: each.start for number, each in found.items()} == {model_id: 5 * DAY, other_id: 99}
    assert {number: each.start for number, each in scored.items()} == {model_id: 4 * DAY, other_id: 99}
    assert scored[model_id].value == 4.0


def test_rows_are_those_of_the_stretch_before_the_last_close(filled: State, model_id: int, other_id: int) -> None:
    with filled.transaction() as tx:
        assert headlines.rows_of(tx, DAY) == {}
        clock.advance(tx, model_id, 5 * DAY)
        clock.advance(tx, other_id, 90)
        assert headlines.rows_of(tx, DAY) == {model_id: 10, other_id: 240}
        clock.advance(tx, model_id, 9 * DAY)
        assert model_id not in headlines.rows_of(tx, DAY)


def test_a_day_of_25_hours_counts_whole(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        headlines.put(tx, [headline(model_id, 0, instants.DAY + instants.HOUR)])
        clock.advance(tx, model_id, instants.DAY + instants.HOUR)
        assert headlines.rows_of(tx, instants.DAY) == {model_id: 10}


def test_the_share_without_labels_weighs_windows_by_their_rows(state: State, model_id: int, other_id: int) -> None:
    shares = [(9, 1.0), (10, 0.0), (30, 0.5), (5, None)]
    with state.transaction() as tx:
        headlines.put(
            tx,
            [
                headline(model_id, day * DAY, DAY)._replace(rows=rows, pending_share=share)
                for day, (rows, share) in enumerate(shares)
            ],
        )
        headlines.put(tx, [headline(other_id, 0, DAY)._replace(pending_share=None)])
        assert headlines.unlabelled(tx, 3) == {model_id: pytest.approx(15 / 40)}
        assert headlines.unlabelled(tx, 28) == {model_id: pytest.approx(24 / 49)}


def test_a_course_has_the_last_value_of_each_stretch(filled: State, model_id: int, other_id: int) -> None:
    with filled.transaction() as tx:
        headlines.put(tx, [headline(model_id, 2 * DAY, DAY, None), headline(other_id, 47, HOUR, 0.1)])
        found = headlines.courses(tx, DAY, 5 * DAY, 4)
    assert found == {model_id: [1.0, None, 3.0, 4.0], other_id: [0.1, 0.7, 0.7, 0.7]}
