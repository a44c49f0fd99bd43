"""Labels: an index by day, an inbox that is emptied as time goes on, those that wait for their prediction."""

from __future__ import annotations

from datetime import date

from modelwatch.store import State, labels
from modelwatch.store.labels import InboxPart

MONDAY, TUESDAY, WEDNESDAY = date(2013, 3, 4), date(2013, 3, 5), date(2013, 3, 6)


def test_the_index_is_kept_by_day(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        labels.put_index(tx, model_id, {TUESDAY: b"b", MONDAY: b"a"})
        labels.put_index(tx, model_id, {MONDAY: b"c"})
        labels.put_index(tx, other_id, {MONDAY: b"x"})
        assert labels.get_index(tx, model_id, [MONDAY, WEDNESDAY]) == {MONDAY: b"c"}
        assert labels.get_index(tx, model_id, []) == {}
        assert labels.index_days(tx, model_id) == [MONDAY, TUESDAY]


def test_the_inbox_is_taken_up_to_a_day_and_once(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert labels.add(tx, model_id, TUESDAY, b"t0") == 0
        assert labels.add(tx, model_id, TUESDAY, b"t1") == 1
        labels.add(tx, model_id, MONDAY, b"m0")
        labels.add(tx, model_id, WEDNESDAY, b"w0")
        labels.add(tx, other_id, MONDAY, b"x")
        assert labels.take(tx, model_id, TUESDAY) == [
            InboxPart(MONDAY, 0, b"m0"),
            InboxPart(TUESDAY, 0, b"t0"),
            InboxPart(TUESDAY, 1, b"t1"),
        ]
        assert labels.take(tx, model_id, TUESDAY) == []
        assert [part.blob for part in labels.take(tx, model_id, WEDNESDAY)] == [b"w0"]
        assert [part.blob for part in labels.take(tx, other_id, WEDNESDAY)] == [b"x"]


def test_what_is_not_due_goes_back(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        labels.add(tx, model_id, MONDAY, b"all")
        labels.take(tx, model_id, MONDAY)
        labels.replace(tx, model_id, MONDAY, [b"rest"])
        assert labels.add(tx, model_id, MONDAY, b"more") == 1
        assert [part.blob for part in labels.take(tx, model_id, MONDAY)] == [b"rest", b"more"]


def test_replacing_by_nothing_empties_one_day(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        labels.add(tx, model_id, MONDAY, b"m")
        labels.add(tx, model_id, TUESDAY, b"t")
        labels.replace(tx, model_id, MONDAY, [])
        assert [part.blob for part in labels.take(tx, model_id, WEDNESDAY)] == [b"t"]


def test_waiting_labels_are_kept_in_parts(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert labels.waiting(tx, model_id) == {}
        labels.put_waiting(tx, model_id, {3: b"c", 1: b"a"})
        labels.put_waiting(tx, other_id, {1: b"x"})
        labels.put_waiting(tx, model_id, {3: None, 1: b"b", 2: None})
        assert labels.waiting(tx, model_id) == {1: b"b"}
        assert labels.waiting(tx, other_id) == {1: b"x"}
