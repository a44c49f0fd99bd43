"""Labels: an index by day in parts, an inbox that is emptied as time goes on, those that wait for their prediction."""

from __future__ import annotations

from datetime import date

from modelwatch.store import State, labels
from modelwatch.store.labels import InboxPart, IndexPart
from modelwatch.store.metadata import Transaction

MONDAY, TUESDAY, WEDNESDAY = date(2013, 3, 4), date(2013, 3, 5), date(2013, 3, 6)


def test_the_index_is_kept_by_day_in_parts(state: State, model_id: int, other_id: int) -> None:
    first, second, tuesday = (
        IndexPart(MONDAY, 0, 5, False),
        IndexPart(MONDAY, 1, 2, True),
        IndexPart(TUESDAY, 0, 1, False),
    )
    with state.transaction() as tx:
        for part, blob in ((tuesday, b"b"), (second, b"s"), (first, b"a")):
            labels.put_index(tx, model_id, part, blob)
        labels.put_index(tx, other_id, first, b"x")
        assert labels.index_parts(tx, model_id) == [first, second, tuesday]
        grown = first._replace(rows=6, labelled=True)
        labels.put_index(tx, model_id, grown, b"c")
        assert labels.get_index(tx, model_id, grown) == b"c"
        labels.drop_index(tx, model_id, second)
        assert labels.index_parts(tx, model_id) == [grown, tuesday]
        assert labels.get_index(tx, other_id, first) == b"x"


def blobs(tx: Transaction, model_id: int, upto: date) -> list[bytes]:
    return [labels.get_inbox(tx, model_id, part) for part in labels.inbox(tx, model_id, upto)]


def test_the_inbox_is_read_up_to_a_day(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert labels.add(tx, model_id, TUESDAY, b"t0") == 0
        assert labels.add(tx, model_id, TUESDAY, b"t1") == 1
        labels.add(tx, model_id, MONDAY, b"m0")
        labels.add(tx, model_id, WEDNESDAY, b"w0")
        labels.add(tx, other_id, MONDAY, b"x")
        found = labels.inbox(tx, model_id, TUESDAY)
        assert found == [InboxPart(MONDAY, 0), InboxPart(TUESDAY, 0), InboxPart(TUESDAY, 1)]
        assert blobs(tx, model_id, TUESDAY) == [b"m0", b"t0", b"t1"]
        for part in found:
            labels.leave(tx, model_id, part, None)
        assert labels.first_day(tx, model_id) == WEDNESDAY
        assert blobs(tx, model_id, WEDNESDAY) == [b"w0"]
        assert blobs(tx, other_id, WEDNESDAY) == [b"x"]


def test_what_is_not_due_is_left(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        labels.add(tx, model_id, MONDAY, b"all")
        labels.leave(tx, model_id, InboxPart(MONDAY, 0), b"rest")
        assert labels.add(tx, model_id, MONDAY, b"more") == 1
        assert blobs(tx, model_id, MONDAY) == [b"rest", b"more"]


def test_waiting_labels_are_kept_in_parts(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        assert labels.waiting_parts(tx, model_id) == []
        labels.put_waiting(tx, model_id, {3: b"c", 1: b"a"})
        labels.put_waiting(tx, other_id, {1: b"x"})
        labels.put_waiting(tx, model_id, {3: None, 1: b"b", 2: None})
        assert labels.waiting_parts(tx, model_id) == [1]
        assert labels.get_waiting(tx, model_id, 1) == b"b"
        assert labels.get_waiting(tx, other_id, 1) == b"x"
