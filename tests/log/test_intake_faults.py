"""Whatever happens to one parcel, every sender is answered and the way into the log stays open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from modelwatch.collect.bodies import Rows
from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import Task
from modelwatch.domain.errors import DurabilityError, InputError
from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake, Spool
from modelwatch.log.intake import CONVERT_ROWS, Intake, Parcel, Resend
from modelwatch.log.recall import Recall

KEY = ModelKey("m")
LAYOUT = Layout(features={}, task=Task.NONE)
NOW = 1_780_000_000_000_000


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.sqlite") as opened:
        yield opened


def parcel(rows: Rows, **given: Any) -> Parcel:
    return Parcel(key=KEY, table="predictions", layout=LAYOUT, rows=rows, received=NOW, size=100, **given)


def columns(*names: str) -> Rows:
    return Rows(columns=pl.DataFrame({"prediction_id": names, "timestamp": [NOW] * len(names)}))


def test_an_answer_that_nobody_waits_for_does_not_end_the_thread(spool: Spool, tmp_path: Path) -> None:
    intake = Intake(spool, Recall(Lake(tmp_path / "lake")))
    assert not intake.put(parcel(columns("a"))).cancel()
    assert b'"accepted":1' in intake.put(parcel(columns("b"))).result(10)
    intake.close()
    assert sum(spool.pending().values()) == 2


def test_an_observer_that_fails_costs_a_figure_only(spool: Spool, tmp_path: Path) -> None:
    def observe(*_: object) -> None:
        raise ZeroDivisionError

    intake = Intake(spool, Recall(Lake(tmp_path / "lake")), observe=observe)
    for name in ("a", "b"):
        assert b'"accepted":1' in intake.put(parcel(columns(name))).result(10)
    intake.close()


def test_a_parcel_that_cannot_be_converted_is_answered_alone(spool: Spool, tmp_path: Path) -> None:
    intake = Intake(spool, Recall(Lake(tmp_path / "lake")))
    layout = Layout(features={}, task=Task.NONE, id="id", timestamp="at")
    odd = Parcel(key=KEY, table="labels", layout=layout, rows=columns("a"), received=NOW, size=1)
    told = [intake.put(odd), intake.put(parcel(columns("a")))]
    with pytest.raises(InputError):
        told[0].result(10)
    assert b'"accepted":1' in told[1].result(10)
    intake.close()


def test_a_large_parcel_is_converted_in_parts_and_told_as_one(spool: Spool, tmp_path: Path) -> None:
    intake = Intake(spool, Recall(Lake(tmp_path / "lake")))
    names = [f"r{row}" for row in range(CONVERT_ROWS * 3 + 1)]
    frame = pl.DataFrame({"prediction_id": [*names, names[0], ""], "timestamp": NOW})
    told = intake.put(parcel(Rows(columns=frame))).result(30)
    assert told.startswith(b'{"accepted":%d,"duplicates":1,"quarantined":1,' % len(names))
    assert b'"row":%d' % (len(names) + 2) in told
    intake.close()


def test_the_same_key_while_the_first_is_under_way_gets_the_same_answer(spool: Spool, tmp_path: Path) -> None:
    intake = Intake(spool, Recall(Lake(tmp_path / "lake")))
    again = Resend("route", "key", b"hash")
    first, second = (intake.put(parcel(Rows(records=[{"score": 0.5}]), resend=again)) for _ in range(2))
    assert first.result(10) == second.result(10)
    with pytest.raises(InputError, match="another body"):
        intake.put(parcel(columns("a"), resend=Resend("route", "key", b"other")))
    intake.close()
    assert spool.pending() == {(KEY, "predictions"): 1}


class FailingSpool:
    """Its disk refuses."""

    backlog = 0

    def append_many(self, *_: object, **__: object) -> list[int]:
        raise DurabilityError("the disk refused")


def test_a_disk_that_failed_is_not_asked_again(tmp_path: Path) -> None:
    failing: Any = FailingSpool()
    intake = Intake(failing, Recall(Lake(tmp_path / "lake")))
    with pytest.raises(DurabilityError):
        intake.put(parcel(columns("a"))).result(10)
    with pytest.raises(DurabilityError, match="restart"):
        intake.put(parcel(columns("b")))
    intake.close()
