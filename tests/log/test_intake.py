"""The way in for many senders: each is answered for its own rows, once they are durable, and never left waiting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from threading import Event as Signal
from typing import Any

import polars as pl
import pytest

from modelwatch.collect.bodies import Rows
from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import DiskFull, DurabilityError, InputError, Overloaded
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log import Lake, Spool, flush
from modelwatch.log import intake as module
from modelwatch.log.intake import Intake, Parcel, Resend
from modelwatch.log.recall import Recall
from modelwatch.log.requests import Answer, Entry

KEY = ModelKey("flight-delay")
LAYOUT = Layout(task=Task.BINARY, features={"temp": ColumnKind.NUMERIC})
RECEIVED = 1_772_500_000_000_000
PATIENCE = 30.0


class Disk:
    """A spool that a test can hold up, and whose disk can fail."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.writes: list[int] = []
        self.failure: Exception | None = None
        self.turning = Signal()
        self.turning.set()
        self.reached = Signal()
        self.extra = 0

    @property
    def backlog(self) -> int:
        return self._spool.backlog + self.extra

    def answer(self, project: str, route: str, key: str) -> Answer | None:
        return self._spool.answer(project, route, key)

    def append_many(self, entries: Sequence[Entry], *, answers: Sequence[Answer] = ()) -> list[int]:
        self.reached.set()
        assert self.turning.wait(PATIENCE)
        if self.failure is not None:
            raise self.failure
        self.writes.append(sum(entry.frame.height for entry in entries))
        return self._spool.append_many(entries, answers=answers)


@pytest.fixture
def disk(spool: Spool) -> Disk:
    return Disk(spool)


@pytest.fixture
def seen() -> list[tuple[str, int, Receipt]]:
    return []


@pytest.fixture
def intake(disk: Disk, lake: Lake, seen: list[Any]) -> Iterator[Intake]:
    def observe(key: ModelKey, table: str, frame: pl.DataFrame, receipt: Receipt) -> None:
        seen.append((table, frame.height, receipt))

    made = Intake(disk, Recall(lake), observe=observe)  # type: ignore[arg-type]
    yield made
    disk.turning.set()
    if any(thread.is_alive() for thread in made._threads):
        made.close()


def parcel(*records: dict[str, Any], table: str = "predictions", **given: Any) -> Parcel:
    rows = given.pop("rows", None) or Rows(records=list(records))
    return Parcel(**{"key": KEY, "layout": LAYOUT, "received": RECEIVED, "size": 100} | given, table=table, rows=rows)


def row(number: int, **given: Any) -> dict[str, Any]:
    return {"prediction_id": f"f{number}", "timestamp": "2026-03-01T06:00:00Z", "score": 0.5, "temp": 20.0, **given}


def told(future: Future[bytes]) -> dict[str, Any]:
    return json.loads(future.result(PATIENCE))


def together(intake: Intake, disk: Disk, parcels: Sequence[Parcel]) -> list[Future[bytes]]:
    """Put parcels in while the disk is busy with an earlier one, so that they wait together."""
    disk.turning.clear()
    disk.reached.clear()
    first = intake.put(parcel(row(10**6)))
    assert disk.reached.wait(PATIENCE)
    futures = [intake.put(each) for each in parcels]
    disk.turning.set()
    assert told(first)["accepted"] == 1
    wait(futures, PATIENCE)
    return futures


def test_each_parcel_is_answered_for_its_own_rows(intake: Intake, disk: Disk) -> None:
    parcels = [
        parcel(row(1), row(2)),
        parcel(row(2), row(3, score="high"), row(4)),
        parcel(row(1, score=0.9)),
        parcel(row(5), row(6), row(7, score="low")),
    ]
    answers = [told(future) for future in together(intake, disk, parcels)]
    counts = [(each["accepted"], each["duplicates"], each["quarantined"]) for each in answers]
    assert counts == [(2, 0, 0), (1, 1, 1), (0, 0, 1), (2, 0, 1)]
    assert [(fault["row"], fault["field"]) for fault in answers[1]["faults"]] == [(2, "score")]
    assert [(fault["row"], fault["field"]) for fault in answers[2]["faults"]] == [(1, "prediction_id")]
    assert [fault["row"] for fault in answers[3]["faults"]] == [3]
    for each, sent in zip(answers, parcels, strict=True):
        assert each["accepted"] + each["duplicates"] + each["quarantined"] == sent.rows.height


def test_many_senders_share_a_wait_for_the_disk_and_lose_nothing(intake: Intake, disk: Disk, lake: Lake) -> None:
    futures = together(intake, disk, [parcel(row(number)) for number in range(500)])
    assert sum(told(future)["accepted"] for future in futures) == 500
    assert len(disk.writes) < 100
    flush(disk._spool, lake)
    assert lake.scan(KEY, "predictions").collect()["prediction_id"].n_unique() == 501


def test_ids_that_were_made_are_told_in_the_order_of_the_rows(intake: Intake, disk: Disk, lake: Lake) -> None:
    bare = {"score": 0.25, "temp": 1.0}
    futures = together(intake, disk, [parcel(row(1)), parcel(bare, row(2), bare), parcel(bare)])
    first, second, third = map(told, futures)
    assert "ids" not in first
    assert (len(second["ids"]), second["ids"][1], len(third["ids"])) == (3, "f2", 1)
    assert len({*second["ids"], *third["ids"]}) == 4
    flush(disk._spool, lake)
    assert {*second["ids"], *third["ids"]} <= {*lake.scan(KEY, "predictions").collect()["prediction_id"]}


def test_columns_without_ids_are_given_some(intake: Intake) -> None:
    rows = Rows(columns=pl.DataFrame({"score": [0.1, 0.2, 0.3], "temp": [1.0, 2.0, 3.0]}))
    answer = told(intake.put(parcel(rows=rows)))
    assert (answer["accepted"], len({*answer["ids"]})) == (3, 3)


def test_models_and_tables_in_one_go_are_kept_apart(intake: Intake, disk: Disk) -> None:
    label = {"prediction_id": "f1", "label": 1}
    sent = [
        parcel(row(1)),
        parcel(row(1), key=ModelKey("eta")),
        parcel(label, table="labels"),
        parcel(label, table="labels", key=ModelKey("eta", project="rides")),
    ]
    answers = [told(future) for future in together(intake, disk, sent)]
    assert [each["accepted"] for each in answers] == [1, 1, 1, 1]
    assert [each.get("waiting") for each in answers] == [None, None, 0, 1]


def test_parcels_that_cannot_be_converted_fail_and_the_others_do_not(intake: Intake, disk: Disk) -> None:
    nameless = [parcel({"label": 1}, table="labels"), parcel({"label": 0}, table="labels")]
    *bad, good = together(intake, disk, [*nameless, parcel(row(1))])
    assert told(good)["accepted"] == 1
    for each in bad:
        with pytest.raises(InputError, match="labels need a column for their id"):
            each.result(PATIENCE)


def test_how_others_write_their_rows_changes_nothing(intake: Intake, disk: Disk, lake: Lake) -> None:
    """Own names and the interface's, times and none, numbers and text for times: as if each came alone."""
    named = Layout(task=Task.BINARY, features={"temp": ColumnKind.NUMERIC}, id="trip", timestamp="at", score="p")
    sent = [
        {"prediction_id": "a", "timestamp": "2026-03-01T06:00:00Z", "score": 0.1},
        {"trip": "b", "at": "2026-03-01T07:00:00Z", "p": 0.2, "temp": 2.0},
        {"trip": "c", "at": 1_772_352_000, "p": 0.3},
        {"prediction_id": "d", "score": 0.4, "temp": 4},
        {"trip": "e", "timestamp": None, "at": None, "score": 0.5},
    ]
    answers = [told(each) for each in together(intake, disk, [parcel(one, layout=named) for one in sent])]
    assert [each["accepted"] for each in answers] == [1] * 5
    flush(disk._spool, lake)
    stored = lake.scan(KEY, "predictions").filter(pl.col("prediction_id").str.len_chars() == 1).collect()
    stored = stored.sort("prediction_id")
    assert stored["score"].to_list() == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert stored["temp"].to_list() == [None, 2.0, None, 4.0, None]
    arrival = pl.Series([RECEIVED]).cast(pl.Datetime("us", "UTC")).item()
    assert [each == arrival for each in stored["timestamp"]] == [False, False, False, True, True]
    assert stored["timestamp"].dt.hour().to_list()[:3] == [6, 7, 8]


def resend(key: str = "k", body: bytes = b"hash") -> Resend:
    return Resend("flight-delay/prod/predictions", key, body)


def test_a_request_sent_again_is_answered_the_same_while_it_waits_later_and_after_a_restart(
    intake: Intake, disk: Disk, lake: Lake
) -> None:
    bare = {"score": 0.25}
    first, second = together(intake, disk, [parcel(bare, resend=resend()), parcel(bare, resend=resend())])
    third = intake.put(parcel(bare, resend=resend()))
    intake.close()
    again = Intake(disk._spool, Recall(lake))
    fourth = again.put(parcel(bare, resend=resend()))
    answers = [each.result(PATIENCE) for each in (first, second, third, fourth)]
    again.close()
    assert answers == [answers[0]] * 4
    assert sum(disk.writes) == 2


def test_a_key_is_one_bodys_and_one_projects(intake: Intake, disk: Disk) -> None:
    told(intake.put(parcel(row(1), resend=resend())))
    with pytest.raises(InputError, match="another body"):
        intake.put(parcel(row(2), resend=resend(body=b"other")))
    theirs = parcel(row(2), key=ModelKey("flight-delay", project="rides"), resend=resend(body=b"other"))
    assert told(intake.put(theirs))["accepted"] == 1
    assert intake.queued_bytes == 0


def test_a_full_disk_refuses_and_takes_again_once_there_is_room(intake: Intake, disk: Disk) -> None:
    disk.failure = DiskFull("no room")
    with pytest.raises(DiskFull):
        intake.put(parcel(row(1), resend=resend())).result(PATIENCE)
    assert intake.trouble is None
    disk.failure = None
    # What was refused was not remembered: neither as a repeat nor by its key.
    assert told(intake.put(parcel(row(1), resend=resend())))["accepted"] == 1


def test_a_disk_that_failed_once_is_not_trusted_again(intake: Intake, disk: Disk) -> None:
    disk.failure = DurabilityError("input/output error")
    with pytest.raises(DurabilityError, match="input/output error"):
        intake.put(parcel(row(1))).result(PATIENCE)
    disk.failure = None
    assert intake.trouble is not None
    with pytest.raises(DurabilityError, match="restart"):
        intake.put(parcel(row(2)))


def test_a_fault_of_ours_is_told_to_its_senders_and_the_next_are_taken(intake: Intake, disk: Disk) -> None:
    disk.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        intake.put(parcel(row(1))).result(PATIENCE)
    disk.failure = None
    assert told(intake.put(parcel(row(1))))["accepted"] == 1


def test_too_much_at_once_is_refused_with_a_time_to_come_again(intake: Intake, disk: Disk) -> None:
    disk.turning.clear()
    first = intake.put(parcel(row(1), size=module.QUEUED_BYTES + 1))
    with pytest.raises(Overloaded) as told_why:
        intake.put(parcel(row(2)))
    assert told_why.value.seconds == 1
    disk.turning.set()
    assert told(first)["accepted"] == 1
    assert told(intake.put(parcel(row(2))))["accepted"] == 1
    disk.extra = module.BACKLOG_ROWS + 1
    with pytest.raises(Overloaded, match="wait for the lake"):
        intake.put(parcel(row(3)))


def test_closing_answers_all_that_was_taken(intake: Intake, disk: Disk) -> None:
    disk.turning.clear()
    futures = [intake.put(parcel(row(number))) for number in range(50)]
    disk.turning.set()
    intake.close()
    assert sum(told(future)["accepted"] for future in futures) == 50


def test_rows_that_came_another_way_are_read_anew(intake: Intake, disk: Disk, lake: Lake) -> None:
    told(intake.put(parcel(row(1))))
    flush(disk._spool, lake)
    intake.forget()
    assert told(intake.put(parcel(row(1))))["duplicates"] == 1


def test_the_observer_is_told_what_the_senders_are(intake: Intake, seen: list[tuple[str, int, Receipt]]) -> None:
    intake.put(parcel(row(1), row(2, score="x"))).result(PATIENCE)
    intake.put(parcel({"prediction_id": "f1", "label": 1}, table="labels")).result(PATIENCE)
    intake.close()
    assert [(table, height, each.accepted, each.quarantined) for table, height, each in seen] == [
        ("predictions", 1, 1, 1),
        ("labels", 1, 1, 0),
    ]


def test_a_sender_who_gives_up_does_not_stop_the_others(intake: Intake, disk: Disk) -> None:
    disk.turning.clear()
    given_up = intake.put(parcel(row(1)))
    given_up.cancel()
    others = [intake.put(parcel(row(number))) for number in (2, 3)]
    disk.turning.set()
    assert [told(each)["accepted"] for each in others] == [1, 1]
