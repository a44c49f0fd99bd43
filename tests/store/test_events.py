"""Events: points and spans, found by the time they touch."""

from __future__ import annotations

from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, events, models, profiles

DEPLOYMENT = Event(kind="deployment", at=20, note="version 4", link="https://example.com/4")
HOLIDAY = Event(kind="holiday", at=0, until=10)


def test_an_event_comes_back_as_it_was(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        events.add(tx, model_id, DEPLOYMENT)
        events.add(tx, model_id, HOLIDAY)
        assert events.between(tx, model_id, 0, 100) == [HOLIDAY, DEPLOYMENT]
        assert events.between(tx, other_id, 0, 100) == []


def test_a_point_lies_inside_or_not(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        events.add(tx, model_id, DEPLOYMENT)
        assert events.between(tx, model_id, 20, 21) == [DEPLOYMENT]
        assert events.between(tx, model_id, 10, 20) == []
        assert events.between(tx, model_id, 21, 30) == []


def test_a_span_overlaps_or_not(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        events.add(tx, model_id, HOLIDAY)
        assert events.between(tx, model_id, 9, 30) == [HOLIDAY]
        assert events.between(tx, model_id, -5, 1) == [HOLIDAY]
        assert events.between(tx, model_id, 3, 4) == [HOLIDAY]
        assert events.between(tx, model_id, 10, 30) == []
        assert events.between(tx, model_id, -5, 0) == []


def test_a_version_that_another_came_before_is_a_deployment(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        events.add(tx, model_id, DEPLOYMENT)
        profiles.put_many(
            tx, model_id, [("1", 5, 10, b"a"), ("1", 10, 15, b"a"), ("2", 10, 15, b"a"), ("2", 40, 45, b"a")]
        )
        new = Event(kind="deployment", at=10, note="version 2 first seen")
        assert events.candidates(tx, model_id, 0, 100) == [new, DEPLOYMENT]
        assert events.candidates(tx, model_id, 11, 100) == [DEPLOYMENT]
        assert events.candidates(tx, model_id, 0, 10) == []
        assert events.near(tx, model_id, 12, 15) == [new]
        assert events.between(tx, model_id, 0, 100) == [DEPLOYMENT]


def test_events_of_all_models_of_a_project_the_latest_first(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        foreign = models.ensure(tx, ModelKey("flight-delay", project="other"))
        for number in (model_id, foreign):
            events.add(tx, number, DEPLOYMENT)
            profiles.put_many(tx, number, [("1", 5, 10, b"a"), ("2", 10, 15, b"a"), ("", 1, 5, b"a")])
        events.add(tx, other_id, HOLIDAY)
        mine, churn = ModelKey("flight-delay"), ModelKey("churn")
        new = Event(kind="deployment", at=10, note="version 2 first seen")
        assert events.everywhere(tx, "default", 0, 100) == [(mine, DEPLOYMENT), (mine, new), (churn, HOLIDAY)]
        assert events.everywhere(tx, "default", 11, 100) == [(mine, DEPLOYMENT)]
        assert events.everywhere(tx, "nobody", 0, 100) == []
