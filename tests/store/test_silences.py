"""Silences: whom they cover, and from when until when."""

from __future__ import annotations

import pytest

from modelwatch.domain.incident import Kind
from modelwatch.store import State, silences
from modelwatch.store.silences import Silence


def test_a_silence_holds_from_its_start_to_before_its_end(state: State, model_id: int, other_id: int) -> None:
    silence = Silence(since=10, until=20, who="ana", model_id=model_id, incident_id=3, kind=Kind.DRIFT, note="known")
    with state.transaction() as tx:
        silences.add(tx, silence)
        assert [silences.active(tx, model_id, at) for at in (9, 10, 19, 20)] == [[], [silence], [silence], []]
        assert silences.active(tx, other_id, 10) == []


def test_a_silence_without_a_model_holds_for_all(state: State, model_id: int, other_id: int) -> None:
    silence = Silence(since=10, until=20, who="ana")
    with state.transaction() as tx:
        silences.add(tx, silence)
        assert silences.active(tx, model_id, 10) == silences.active(tx, other_id, 10) == [silence]


@pytest.mark.parametrize(
    ("incident_id", "kind", "expected"),
    [
        (None, None, True),
        (3, None, True),
        (4, None, False),
        (None, Kind.DRIFT, True),
        (None, Kind.LABEL, False),
        (3, Kind.LABEL, False),
    ],
)
def test_a_silence_covers_what_matches_all_it_says(incident_id: int | None, kind: Kind | None, expected: bool) -> None:
    silence = Silence(since=0, until=1, who="ana", incident_id=incident_id, kind=kind)
    assert silence.covers(3, Kind.DRIFT) is expected


def test_ending_ends_what_holds_for_one_incident_alone(state: State, model_id: int, other_id: int) -> None:
    mine = Silence(since=10, until=20, who="ana", model_id=model_id, incident_id=3)
    others = [
        Silence(since=10, until=20, who="ana", model_id=model_id),
        Silence(since=10, until=20, who="ana", model_id=model_id, incident_id=4),
        Silence(since=10, until=20, who="ana", model_id=other_id, incident_id=3),
    ]
    with state.transaction() as tx:
        for silence in (mine, *others):
            silences.add(tx, silence)
        assert [silences.end(tx, model_id, 3, at) for at in (9, 15, 16)] == [0, 1, 0]
        assert silences.active(tx, model_id, 15) == others[:2]
        assert len(silences.active(tx, model_id, 14)) == 3
        assert len(silences.active(tx, other_id, 15)) == 1
