"""Incidents at a glance: those of a project that still count, with what fires; found by words; rules counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from modelwatch.domain.incident import Incident
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict
from modelwatch.store import State, glance, incidents, models

Make = Callable[..., Incident]
VERDICT = Verdict(
    rule="psi:temp", series=Series("psi", "temp"), window=Window(0, DAY), value=0.3, threshold=0.1, noise_floor=None,
    status=Status.WARNING,
)  # fmt: skip


def test_those_not_resolved_before_an_instant_in_the_order_they_opened(
    state: State, model_id: int, other_id: int, make_incident: Make
) -> None:
    resolved = IncidentState.RESOLVED
    with state.transaction() as tx:
        foreign = models.ensure(tx, ModelKey("flight-delay", project="other"))
        incidents.put(tx, model_id, [make_incident(1, opened=3 * DAY)])
        incidents.put(tx, model_id, [make_incident(2, state=resolved, resolved=2 * DAY)])
        incidents.put(tx, other_id, [make_incident(3, opened=2 * DAY), make_incident(4, state=resolved, resolved=DAY)])
        incidents.put(tx, foreign, [make_incident(5)])
        found = glance.since(tx, "default", DAY)
        assert [each.id for each in found] == [2, 3, 1]
        assert [each.live for each in found] == [False, True, True]
        assert [each.id for each in glance.since(tx, "default", DAY, model_id=other_id)] == [3]
        assert glance.last_resolved(tx) == {model_id: 2 * DAY, other_id: DAY}


def test_it_began_with_its_first_window_or_where_it_reopened(state: State, model_id: int, make_incident: Make) -> None:
    again = replace(make_incident(2), again=Window(5 * DAY, 6 * DAY), firing=(VERDICT,))
    with state.transaction() as tx:
        incidents.put(tx, model_id, [replace(make_incident(1), window=Window(DAY, 2 * DAY)), again])
        first, second = glance.since(tx, "default", 0)
    assert (first.since, second.since) == (DAY, 5 * DAY)
    assert (first.firing, [each["metric"] for each in second.firing]) == ((), ["psi"])


def test_words_and_numbers_find_live_ones_first(state: State, model_id: int, make_incident: Make) -> None:
    done = make_incident(2, state=IncidentState.RESOLVED, opened=9 * DAY, resolved=10 * DAY)
    with state.transaction() as tx:
        incidents.put(tx, model_id, [make_incident(1), done, replace(make_incident(12), title="100 % of temp\\ gone")])

        def ids(*words: str, limit: int = 9) -> list[int]:
            return [each.id for each in glance.matching(tx, "default", words, limit=limit)]

        assert ids("temper") == ids("DRIFTS", "temper") == [1, 2]
        assert ids("temper", limit=1) == [1]
        assert (ids("#12"), ids("12"), ids("temper", "2")) == ([12], [12], [2])
        assert (ids("0 %"), ids("%"), ids("_"), ids("\\")) == ([12], [12], [], [12])
        assert glance.matching(tx, "other", ["temper"], limit=9) == []


def test_a_rule_counts_once_for_each_incident_that_opened_since(
    state: State, model_id: int, make_incident: Make
) -> None:
    twice = replace(make_incident(1, opened=3 * DAY), verdicts=(VERDICT, replace(VERDICT, value=0.4)))
    with state.transaction() as tx:
        incidents.put(tx, model_id, [twice, replace(make_incident(2, opened=DAY), verdicts=(VERDICT,))])
        assert glance.rules_fired(tx, "default", 2 * DAY) == {(model_id, "psi:temp"): 1}
        assert glance.rules_fired(tx, "default", 0) == {(model_id, "psi:temp"): 2}
        assert glance.rules_fired(tx, "other", 0) == {}
