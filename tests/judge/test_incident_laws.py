"""What holds of incidents whatever happens: order, revisions, replay, storage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelwatch.domain.errors import InputError
from modelwatch.domain.incident import State
from modelwatch.domain.instants import format_instant
from modelwatch.domain.measurement import worst
from modelwatch.judge.book import Book

Make = Callable[..., Any]
DAYS = 12
PLACES = [
    ("slow", "", 1),
    ("slow3", "", 1),
    ("auc", "", 1),
    ("auc", "", 7),
    ("label", "label", 1),
    ("psi", "temp", 1),
    ("psi", "temp", 3),
    ("missing", "temp", 1),
]
STATUSES = st.sampled_from(["ok", "ok", "warning", "critical", "no_data", "not_computed"])
SAYING = st.tuples(
    st.sampled_from(PLACES),
    STATUSES,
    st.sampled_from([None, 3.5, 6.0]),
    st.booleans(),  # provisional
    st.sampled_from([False, False, False, True]),  # inhibited
    st.sampled_from(["1", "1", "2"]),
)
DAY = st.lists(SAYING, max_size=6, unique_by=lambda saying: (saying[0], saying[5]))
STORY = st.lists(DAY, min_size=1, max_size=DAYS)
REVISIONS = st.lists(st.tuples(st.integers(0, DAYS - 1), SAYING), max_size=8)


def say(one: Any, day: int, sayings: list[Any]) -> list[Any]:
    """The verdicts of one day."""
    told: list[Any] = []
    for (rule, column, span), status, distance, provisional, inhibited, version in sayings:
        how = {"distance": distance, "provisional": provisional, "inhibited": inhibited}
        told.append(one.verdict(rule, day, status, column, span=span, version=version, **how))
    return told


@settings(deadline=None, max_examples=150)
@given(story=STORY, random=st.randoms(use_true_random=False))
def test_the_order_of_the_verdicts_of_a_step_does_not_matter(life: Make, story: list[Any], random: Any) -> None:
    last = len(story)
    one, shuffled = life(), life()
    every = [verdict for day, sayings in enumerate(story) for verdict in say(one, day, sayings)]
    turned = one.advance(last, every)
    random.shuffle(every)
    assert turned == shuffled.advance(last, every)
    assert one.book == shuffled.book
    assert one.book.to_bytes() == shuffled.book.to_bytes()


@settings(deadline=None, max_examples=150)
@given(story=STORY, steps=st.lists(st.lists(st.tuples(st.integers(0, DAYS - 1), SAYING), max_size=8), max_size=6))
def test_an_incident_turns_once_a_step_and_never_resolves_and_reopens_in_one(
    life: Make, story: list[Any], steps: list[Any]
) -> None:
    one = life()
    for day, sayings in enumerate(story):
        one.advance(day, say(one, day, sayings))
    for now, revised in enumerate(steps, start=len(story)):
        said = {(v.rule, v.series, v.window): v for day, saying in revised for v in say(one, day, [saying])}
        turns: dict[int, list[str]] = {}
        for change in one.advance(now, said.values()):
            turns.setdefault(change.incident.id, []).append(str(change.kind))
        for told in turns.values():
            assert len(told) == 1 or (len(told) == 2 and told[1] == "resolved" and told[0] != "resolved")


@settings(deadline=None, max_examples=150)
@given(story=STORY, revisions=REVISIONS)
def test_title_and_findings_tell_of_one_window_in_which_all_of_them_fire(
    life: Make, story: list[Any], revisions: list[Any]
) -> None:
    one = life()
    steps = [*enumerate(story), *((day, [saying]) for day, saying in revisions)]
    for now, (day, sayings) in enumerate(steps):
        for change in one.advance(now, say(one, day, sayings)):
            incident = change.incident
            assert incident.firing
            [window] = {verdict.window for verdict in incident.firing}
            assert all(verdict.status.firing for verdict in incident.firing)
            if change.kind in ("opened", "reopened", "escalated"):
                assert max(verdict.status.rank for verdict in incident.firing) >= incident.severity.rank
                assert format_instant(window.start)[:10] in incident.title


@settings(deadline=None, max_examples=150)
@given(story=STORY, revisions=REVISIONS, data=st.data())
def test_a_replay_changes_nothing(life: Make, story: list[Any], revisions: list[Any], data: st.DataObject) -> None:
    one, said = life(), {}
    steps = [*enumerate(story), *((day, [saying]) for day, saying in revisions if day < len(story))]
    for now, (day, sayings) in enumerate(steps):
        verdicts = say(one, day, sayings)
        said.update({(verdict.rule, verdict.series, day): verdict for verdict in verdicts})
        one.advance(now, verdicts)
    before = one.book
    picked = data.draw(st.lists(st.sampled_from(sorted(said, key=str)), unique=True)) if said else []
    assert one.advance(99, [said[name] for name in picked]) == ()
    assert one.advance(100, said.values()) == ()
    assert one.book == before


@settings(deadline=None, max_examples=150)
@given(story=STORY, revisions=REVISIONS)
def test_an_incident_is_always_whole(life: Make, story: list[Any], revisions: list[Any]) -> None:
    one, numbers = life(), set()
    steps = [*enumerate(story), *((day, [saying]) for day, saying in revisions)]
    for now, (day, sayings) in enumerate(steps):
        for change in one.advance(now, say(one, day, sayings)):
            incident = change.incident
            assert (incident.id in numbers) is (change.kind != "opened")
            numbers.add(incident.id)
            assert incident.severity.firing
            assert incident.severity.rank <= worst(*(verdict.status for verdict in incident.verdicts)).rank
            assert all(verdict.status.firing and not verdict.inhibited for verdict in incident.verdicts)
            names = [(verdict.rule, verdict.series) for verdict in incident.verdicts]
            assert len(set(names)) == len(names)
            over = incident.state is State.RESOLVED
            assert (incident.resolved is not None) is over is (change.kind in ("resolved", "ended"))
            assert incident.title
            assert incident.cause.first_action
        kinds = [incident.kind for incident in one.incidents]
        assert len(kinds) == len(set(kinds))
        assert Book.from_bytes(one.book.to_bytes()) == one.book
    assert one.book.next_id == len(numbers) + 1


@pytest.mark.parametrize("data", [b"", b"\x02abc", b"\x01abc", Book().to_bytes()[:-3]])
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="book of incidents"):
        Book.from_bytes(data)
