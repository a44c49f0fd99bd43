"""The five states: each with word and meaning, in one order, worst first."""

from __future__ import annotations

import pytest

from modelwatch.show.status import STATES, State, order_of, worst_of


def test_every_state_has_its_own_word_and_meaning() -> None:
    assert set(STATES) == set(State)
    assert len({told.word for told in STATES.values()}) == len(State)
    assert all(told.means and not told.means.endswith(".") for told in STATES.values())


def test_states_are_ordered_worst_first() -> None:
    assert sorted(sorted(State), key=order_of) == ["critical", "warning", "nodata", "pending", "ok"]


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ([], State.OK),
        ([State.OK, State.OK], State.OK),
        ([State.OK, State.PENDING], State.PENDING),
        ([State.NODATA, State.PENDING], State.NODATA),
        ([State.NODATA, State.WARNING, State.OK], State.WARNING),
        (list(State), State.CRITICAL),
    ],
)
def test_the_worst_of_some(states: list[State], worst: State) -> None:
    assert worst_of(states) is worst
