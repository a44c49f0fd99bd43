"""The pipeline from changes to the outbox: what is told, to whom, how loud, and how often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from modelwatch.act import STAGES, Route, notify, notify_seen
from modelwatch.catalog import Catalog
from modelwatch.domain.event import Event
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import DAY
from modelwatch.domain.measurement import Status
from modelwatch.store import State, Transaction, events, incidents, outbox, silences
from modelwatch.store.silences import Silence

MakeChange = Callable[..., Any]
LOUD = (
    Route(at_least=Status.CRITICAL, channels=("pager", "log")),
    Route(at_least=Status.WARNING, channels=("log",)),
)


def waiting(tx: Transaction) -> Sequence[Any]:
    """All messages in the outbox, in the order they were queued."""
    return tx.execute(select(outbox.OUTBOX).order_by(outbox.OUTBOX.c.id)).all()


@pytest.fixture
def tell(state: State, model_id: int) -> Callable[..., list[tuple[str, str, str]]]:
    """Store changes and run the pipeline on them as `work` does; returns what was queued by it."""

    def tell(*changes: Any, **options: Any) -> list[tuple[str, str, str]]:
        with state.transaction() as tx:
            before = {each.id for each in waiting(tx)}
            incidents.put(tx, model_id, {each.incident.id: each.incident for each in changes}.values())
            notify(tx, model_id, changes, **options)
            queued = [each for each in waiting(tx) if each.id not in before]
        return [(each.channel, each.body["change"], each.body["severity"]) for each in queued]

    return tell


Tell = Callable[..., list[tuple[str, str, str]]]


def test_the_stages_stand_in_their_order() -> None:
    names = [stage.__name__ for stage in STAGES]
    assert names == [
        "select",
        "inhibit",
        "silence",
        "group",
        "deduplicate",
        "route",
        "render",
        "enqueue",
    ]


def test_beginning_worsening_and_end_are_told(tell: Tell, make_change: MakeChange) -> None:
    assert tell(make_change("opened")) == [("log", "opened", "warning")]
    assert tell(make_change("escalated", severity=Status.CRITICAL, at=2 * DAY)) == [("log", "escalated", "critical")]
    assert tell(make_change("resolved", severity=Status.CRITICAL, at=3 * DAY)) == [("log", "resolved", "ok")]
    assert tell(make_change("reopened", at=4 * DAY)) == [("log", "reopened", "warning")]


def test_what_keeps_coming_back_is_told_to_be_back_once_and_over_when_it_has_ended(
    tell: Tell, make_change: MakeChange
) -> None:
    told = tell(make_change("opened"))
    for turn in range(1, 20):
        told += tell(make_change("resolved", at=2 * turn * DAY))
        told += tell(make_change("reopened", at=(2 * turn + 1) * DAY))
    told += tell(make_change("resolved", at=50 * DAY))
    told += tell(make_change("ended", at=58 * DAY))
    assert [change for _, change, _ in told] == ["opened", "resolved", "reopened", "resolved"]


def test_what_came_back_worse_is_told_however_often(tell: Tell, make_change: MakeChange) -> None:
    for at, kind in enumerate(["opened", "resolved", "reopened", "resolved"], start=1):
        tell(make_change(kind, at=at * DAY))
    worse = make_change("reopened", severity=Status.CRITICAL, at=9 * DAY)
    assert tell(worse) == [("log", "reopened", "critical")]


def test_what_came_back_with_another_column_is_told(tell: Tell, make_change: MakeChange) -> None:
    for at, kind in enumerate(["opened", "resolved", "reopened", "resolved"], start=1):
        tell(make_change(kind, at=at * DAY))
    assert tell(make_change("reopened", at=8 * DAY)) == []
    assert tell(make_change("reopened", columns=("temp", "wind"), at=9 * DAY)) == [("log", "reopened", "warning")]


def fired(change: Any, **verdict: Any) -> Any:
    """The change with another reading of the same column."""
    [one] = change.incident.firing
    series = replace(one.series, metric=verdict.pop("metric", one.series.metric))
    return replace(change, incident=replace(change.incident, firing=(replace(one, series=series, **verdict),)))


def test_what_came_back_far_further_off_is_told_once(tell: Tell, make_change: MakeChange) -> None:
    for at, kind in enumerate(["opened", "resolved", "reopened", "resolved"], start=1):
        tell(fired(make_change(kind, at=at * DAY), value=0.15))
    assert tell(fired(make_change("reopened", at=7 * DAY), value=0.2)) == []
    assert tell(fired(make_change("reopened", at=8 * DAY), value=0.21)) == [("log", "reopened", "warning")]
    assert tell(fired(make_change("reopened", at=9 * DAY), value=0.9)) == []


def test_what_came_back_by_another_metric_is_told_once(tell: Tell, make_change: MakeChange) -> None:
    for at, kind in enumerate(["opened", "resolved", "reopened", "resolved"], start=1):
        tell(make_change(kind, at=at * DAY))
    for at, told in ((8, 1), (9, 0)):
        back = fired(make_change("reopened", at=at * DAY), metric="prediction_mean_shift", value=0.16)
        assert tell(back) == [("log", "reopened", "warning")] * told


@pytest.mark.parametrize(("about", "told"), [(Kind.DATA_FAULT, 1), (Kind.DRIFT, 0)])
def test_another_broken_column_is_another_fault(tell: Tell, make_change: MakeChange, about: Kind, told: int) -> None:
    tell(make_change("opened", about=about))
    joined = [make_change("updated", about=about, columns=("temp", "wind"), at=at * DAY) for at in (2, 3)]
    assert tell(joined[0]) == [("log", "joined", "warning")] * told
    assert tell(joined[1]) == []


def test_another_broken_column_is_told_though_a_first_one_was_as_bad(tell: Tell, make_change: MakeChange) -> None:
    def about(kind: str, day: int, severity: Status, *columns: str) -> Any:
        return make_change(kind, about=Kind.DATA_FAULT, severity=severity, columns=columns, at=day * DAY)

    tell(about("opened", 1, Status.CRITICAL, "temp"))
    assert tell(about("deescalated", 2, Status.WARNING, "temp")) == []
    assert tell(about("escalated", 3, Status.CRITICAL, "temp")) == []
    tell(about("deescalated", 4, Status.WARNING, "temp"))
    assert tell(about("escalated", 5, Status.CRITICAL, "temp", "wind")) == [("log", "escalated", "critical")]
    assert tell(about("escalated", 6, Status.CRITICAL, "temp", "wind")) == []


def test_the_end_of_what_ended_is_told_once(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened"))
    assert tell(make_change("resolved", at=2 * DAY)) == [("log", "resolved", "ok")]
    assert tell(make_change("ended", at=9 * DAY)) == []


@pytest.mark.parametrize("kind", ["updated", "deescalated"])
def test_what_changes_little_is_not_told(tell: Tell, make_change: MakeChange, kind: str) -> None:
    tell(make_change("opened", severity=Status.CRITICAL))
    assert tell(make_change(kind, at=2 * DAY)) == []


def test_news_of_what_is_over_is_not_told(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened"))
    tell(make_change("resolved", at=2 * DAY))
    over = make_change("resolved", at=2 * DAY).incident
    assert tell(replace(make_change("updated", at=3 * DAY), incident=over)) == []


def test_the_messages_are_part_of_the_transaction(state: State, model_id: int, make_change: MakeChange) -> None:
    def fail_after() -> None:
        with state.transaction() as tx:
            assert len(notify(tx, model_id, [make_change()])) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after()
    with state.reading() as tx:
        assert outbox.pending(tx) == 0


def test_running_again_keeps_the_key(state: State, model_id: int, make_change: MakeChange) -> None:
    with state.transaction() as tx:
        [first] = notify(tx, model_id, [make_change()])
        assert first.key == "default/flight-delay/prod/1/opened/warning/1970-01-02T00:00:00Z"
    with state.transaction() as tx:
        assert notify(tx, model_id, [make_change()]) == []
        assert outbox.pending(tx) == 1


def test_every_change_has_a_key_of_its_own(state: State, model_id: int, make_change: MakeChange) -> None:
    kinds = ["opened", "resolved", "reopened", "ended"]
    with state.transaction() as tx:
        for at, kind in enumerate(kinds):
            notify(tx, model_id, [make_change(kind, at=at)])
            notify(tx, model_id, [make_change(kind, number=2, at=at)])
        queued = waiting(tx)
    assert len({each.key for each in queued}) == len(queued) == 2 * len(kinds)


# Held back


def test_drift_of_faulty_columns_is_held_back(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", 1, about=Kind.DATA_FAULT, columns=("temp", "dewp")))
    assert tell(make_change("opened", 2, columns=("temp",))) == []
    assert tell(make_change("escalated", 2, columns=("temp", "dewp"), severity=Status.CRITICAL)) == []


@pytest.mark.parametrize("changed", [{"columns": ("temp", "wind")}, {"columns": ()}, {"about": Kind.PERFORMANCE}])
def test_what_the_fault_does_not_explain_is_told(tell: Tell, make_change: MakeChange, changed: dict[str, Any]) -> None:
    tell(make_change("opened", 1, about=Kind.DATA_FAULT, columns=("temp", "dewp")))
    assert tell(make_change("opened", 2, **changed)) == [("log", "opened", "warning")]


def test_a_fault_in_the_same_step_holds_back_too(tell: Tell, make_change: MakeChange) -> None:
    drift, fault = make_change("opened", 1), make_change("opened", 2, about=Kind.DATA_FAULT)
    assert tell(drift, fault) == [("log", "opened", "warning")]


def test_a_fault_that_is_over_holds_nothing_back(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", 1, about=Kind.DATA_FAULT))
    tell(make_change("resolved", 1, about=Kind.DATA_FAULT, at=2 * DAY))
    assert tell(make_change("opened", 2, at=2 * DAY)) == [("log", "opened", "warning")]


def test_a_fault_that_somebody_acknowledged_still_explains(
    tell: Tell, state: State, model_id: int, make_change: MakeChange
) -> None:
    tell(make_change("opened", 1, about=Kind.DATA_FAULT))
    with state.transaction() as tx:
        incidents.acknowledge(tx, model_id, 1, who="ana", at=DAY)
    assert tell(make_change("opened", 2)) == []


def test_drift_that_outlasts_the_fault_is_told_then(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", 1, about=Kind.DATA_FAULT))
    assert tell(make_change("opened", 2)) == []
    tell(make_change("resolved", 1, about=Kind.DATA_FAULT, at=2 * DAY))
    assert tell(make_change("updated", 2, at=2 * DAY)) == [("log", "opened", "warning")]
    assert tell(make_change("updated", 2, at=3 * DAY)) == []
    assert tell(make_change("resolved", 2, at=4 * DAY)) == [("log", "resolved", "ok")]


def test_the_end_of_what_nobody_heard_of_is_not_told(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", 1, about=Kind.DATA_FAULT))
    tell(make_change("opened", 2))
    assert tell(make_change("resolved", 2, at=2 * DAY)) == []


def test_an_end_is_told_though_a_fault_began_meanwhile(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", 2))
    tell(make_change("opened", 1, about=Kind.DATA_FAULT))
    assert tell(make_change("resolved", 2, at=2 * DAY)) == [("log", "resolved", "ok")]


def test_a_silence_holds_for_its_time(tell: Tell, state: State, model_id: int, make_change: MakeChange) -> None:
    with state.transaction() as tx:
        silences.add(tx, Silence(since=0, until=2 * DAY, who="ana", model_id=model_id, incident_id=1))
    assert tell(make_change("opened", 1)) == []
    assert tell(make_change("opened", 2)) == [("log", "opened", "warning")]
    assert tell(make_change("updated", 1, at=2 * DAY - 1)) == []
    assert tell(make_change("updated", 1, at=2 * DAY)) == [("log", "opened", "warning")]


def test_an_end_is_told_in_spite_of_a_silence(tell: Tell, state: State, model_id: int, make_change: MakeChange) -> None:
    tell(make_change("opened"))
    with state.transaction() as tx:
        silences.add(tx, Silence(since=0, until=9 * DAY, who="ana", kind=Kind.DRIFT))
    assert tell(make_change("escalated", severity=Status.CRITICAL, at=2 * DAY)) == []
    assert tell(make_change("resolved", severity=Status.CRITICAL, at=3 * DAY)) == [("log", "resolved", "ok")]
    assert tell(make_change("reopened", at=4 * DAY)) == []


# Once


def test_one_step_makes_one_message_an_incident(tell: Tell, make_change: MakeChange) -> None:
    worse = make_change("escalated", 1, severity=Status.CRITICAL)
    assert tell(make_change("opened", 1), worse, make_change("opened", 2)) == [
        ("log", "opened", "critical"),
        ("log", "opened", "warning"),
    ]


def test_what_began_and_ended_in_one_step_is_not_told(tell: Tell, make_change: MakeChange) -> None:
    assert tell(make_change("opened"), make_change("resolved")) == []


def test_the_last_word_of_a_step_counts(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened"))
    assert tell(make_change("escalated", at=2 * DAY), make_change("resolved", at=2 * DAY)) == [
        ("log", "resolved", "ok")
    ]


def test_going_up_and_down_is_told_once(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened"))
    told = []
    for turn in range(100):
        told += tell(make_change("escalated", severity=Status.CRITICAL, at=DAY * (2 + 2 * turn)))
        told += tell(make_change("deescalated", at=DAY * (3 + 2 * turn)))
    assert told == [("log", "escalated", "critical")]


def test_an_escalation_to_what_was_told_is_not_told(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", severity=Status.CRITICAL))
    assert tell(make_change("escalated", severity=Status.CRITICAL, at=2 * DAY)) == []


# Where


def test_routes_go_by_severity_and_name_a_channel_once(tell: Tell, make_change: MakeChange) -> None:
    assert tell(make_change("opened", 1, severity=Status.CRITICAL), routes=LOUD) == [
        ("pager", "opened", "critical"),
        ("log", "opened", "critical"),
    ]
    assert tell(make_change("opened", 2), routes=LOUD) == [("log", "opened", "warning")]


def test_the_end_goes_where_the_beginning_went(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened", 1, severity=Status.CRITICAL), make_change("opened", 2), routes=LOUD)
    ends = [make_change("resolved", number, at=2 * DAY) for number in (1, 2)]
    assert tell(*ends, routes=LOUD) == [
        ("pager", "resolved", "ok"),
        ("log", "resolved", "ok"),
        ("log", "resolved", "ok"),
    ]


def test_an_escalation_reaches_who_was_not_told_yet(tell: Tell, make_change: MakeChange) -> None:
    tell(make_change("opened"), routes=LOUD)
    worse = make_change("escalated", severity=Status.CRITICAL, at=2 * DAY)
    assert [channel for channel, *_ in tell(worse, routes=LOUD)] == ["pager", "log"]
    end = make_change("resolved", at=3 * DAY)
    assert sorted(channel for channel, *_ in tell(end, routes=LOUD)) == ["log", "pager"]


def test_below_every_route_nothing_is_sent(tell: Tell, make_change: MakeChange) -> None:
    assert tell(make_change("opened"), routes=LOUD[:1]) == []
    assert tell(make_change("updated", at=2 * DAY), routes=LOUD[:1]) == []
    assert tell(make_change("resolved", at=3 * DAY), routes=LOUD[:1]) == []


def test_without_routes_everything_goes_to_the_log(tell: Tell, make_change: MakeChange) -> None:
    for number, severity in enumerate((Status.NO_DATA, Status.WARNING, Status.CRITICAL), start=1):
        assert tell(make_change("opened", number, severity=severity)) == [("log", "opened", str(severity))]


def test_links_stand_in_every_message(state: State, model_id: int, make_change: MakeChange) -> None:
    with state.transaction() as tx:
        [draft] = notify(tx, model_id, [make_change()], links={"runbook": "https://example.com/run"})
    assert draft.body["links"] == {"runbook": "https://example.com/run"}


def test_an_event_close_in_time_stands_in_the_message(state: State, model_id: int, make_change: MakeChange) -> None:
    with state.transaction() as tx:
        events.add(tx, model_id, Event(kind="deployment", at=-6 * DAY))
        events.add(tx, model_id, Event(kind="deployment", at=2 * DAY))
        [draft] = notify(tx, model_id, [make_change(at=DAY)])
    assert draft.body["evidence"] == ["Close in time: deployment at 1969-12-26T00:00:00Z"]


# Acknowledged


@dataclass(slots=True)
class Wanting:
    """A channel that says whether it wants to know who has seen an incident."""

    name: str
    acknowledges: bool

    def send(self, message: Any, *, key: str) -> None:
        raise AssertionError("nothing is sent here")


def test_who_was_told_and_wants_to_know_is_told_who_has_seen_it(
    state: State, model_id: int, tell: Tell, make_change: MakeChange, memory: Callable[..., Any]
) -> None:
    catalog = Catalog()
    for channel in (Wanting("pager", True), Wanting("mute", False), memory("log"), Wanting("elsewhere", True)):
        catalog.channels.add(channel)
    routes = (Route(at_least=Status.WARNING, channels=("pager", "mute", "log", "not-there")),)
    change = make_change()
    with state.transaction() as tx:
        assert notify_seen(tx, model_id, change.incident, at=DAY, catalog=catalog) == [], "nobody was told"
    tell(change, routes=routes)
    with state.transaction() as tx:
        [draft] = notify_seen(tx, model_id, change.incident, at=2 * DAY, catalog=catalog)
        last = waiting(tx)[-1]
    assert (draft.change, draft.channels) == ("acknowledged", ("pager",))
    assert (last.channel, last.change, last.body["what"]) == ("pager", "acknowledged", "Seen")
    assert sorted(tell(make_change("resolved", at=3 * DAY), routes=routes))[-1] == ("pager", "resolved", "ok")
