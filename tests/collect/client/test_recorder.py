"""The client against a real server: what arrives, what is counted, and that the caller never waits nor fails."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pytest

from modelwatch.collect.client import HttpSink, Limits, Recorder, Server, Stats
from modelwatch.domain.names import ModelKey

from .conftest import QUICK, Reply, Request, Stub

START = datetime(2013, 3, 1, 6, tzinfo=UTC)
Make = Callable[..., Recorder]


@pytest.fixture
def make(stub: Stub) -> Iterator[Make]:
    """Clients of the stub, closed in the end."""
    with ExitStack() as stack:

        def made(limits: Limits = QUICK, url: str = stub.url, **given: Any) -> Recorder:
            client = Recorder(HttpSink(Server(url=url, key=ModelKey("m"))), limits=limits, **given)
            stack.callback(client.close, 0.5)
            return client

        yield made


def test_a_prediction_arrives_as_documented(stub: Stub, make: Make) -> None:
    client = make(version="3")
    made = client.log(
        {"temp": 39.5, "carrier": "UA", "rain": None},
        score=0.83,
        prediction=1,
        probabilities={"0": 0.17, "1": 0.83},
        timestamp=START,
        latency_ms=4.5,
        error="Slow",
        metadata={"trace": "t1"},
    )
    assert client.flush(5)
    assert stub.rows() == [
        {
            "prediction_id": made,
            "timestamp": "2013-03-01T06:00:00Z",
            "model_version": "3",
            "features": {"temp": 39.5, "carrier": "UA", "rain": None},
            "score": 0.83,
            "prediction": 1,
            "probabilities": {"0": 0.17, "1": 0.83},
            "latency_ms": 4.5,
            "error": "Slow",
            "metadata": {"trace": "t1"},
        }
    ]


def test_what_is_not_given_is_not_sent_and_the_time_is_that_of_the_call(stub: Stub, make: Make) -> None:
    before = datetime.now(UTC)
    made = make().log(score=0.5)
    after = datetime.now(UTC)
    stub.await_requests(1)
    [row] = stub.requests[0].rows
    sent = datetime.fromisoformat(row.pop("timestamp"))
    assert before.replace(microsecond=0) <= sent <= after
    assert row == {"prediction_id": made, "score": 0.5}
    assert UUID(made).version == 7
    assert before.timestamp() - 1 <= (UUID(made).int >> 80) / 1000 <= after.timestamp()


@pytest.mark.parametrize(
    "when",
    [START, START.replace(tzinfo=None), "2013-03-01T06:00:00Z", START.timestamp(), int(START.timestamp() * 1000)],
)
def test_an_id_carries_the_time_that_is_given(make: Make, when: Any) -> None:
    assert (UUID(make().log(timestamp=when)).int >> 80) == START.timestamp() * 1000


def test_labels_and_events_arrive_as_documented(stub: Stub, make: Make) -> None:
    client = make()
    client.label("a", 1, timestamp=START)
    client.label("b", "late", outcome="arrival", timestamp="2013-03-02")
    client.event("deployment", at=START, until=1362204000, note="3 to 4", link="https://example.com/4")
    client.event("holiday", at=START)
    assert client.flush(5)
    assert stub.rows("labels") == [
        {"prediction_id": "a", "label": 1, "outcome": "label", "timestamp": "2013-03-01T06:00:00Z"},
        {"prediction_id": "b", "label": "late", "outcome": "arrival", "timestamp": "2013-03-02"},
    ]
    assert stub.rows("events") == [
        {
            "kind": "deployment",
            "at": "2013-03-01T06:00:00Z",
            "until": 1362204000,
            "note": "3 to 4",
            "link": "https://example.com/4",
        },
        {"kind": "holiday", "at": "2013-03-01T06:00:00Z"},
    ]


def test_what_the_caller_changes_after_the_call_changes_nothing(stub: Stub, make: Make) -> None:
    client = make(replace(QUICK, interval_seconds=60.0))
    features = {"temp": 1.0}
    client.log(features)
    features["temp"] = 2.0
    array = np.array([1.0, 2.0])
    client.log(array)
    array[:] = 0
    assert client.flush(5)
    first, second = stub.rows()
    assert first["features"] == {"temp": 1.0}
    assert second["input"] == [1.0, 2.0]


def test_a_batch_is_sent_when_it_is_full_or_its_time_has_come(stub: Stub, make: Make) -> None:
    client = make(replace(QUICK, batch_rows=10, interval_seconds=60.0))
    for number in range(20):
        client.log({"x": number})
    stub.await_requests(2)
    assert [len(request.rows) for request in stub.requests] == [10, 10]
    client.log()
    assert client.flush(5)
    assert client.stats() == Stats(logged=21, sent=21)
    make().log()
    stub.await_requests(4)


def test_a_batch_keeps_to_its_bytes(stub: Stub, make: Make) -> None:
    client = make(replace(QUICK, batch_bytes=5000, interval_seconds=60.0))
    for _ in range(50):
        client.log({"text": "x" * 900})
    assert client.flush(5)
    assert all(len(request.body) <= 5100 for request in stub.requests)
    assert len(stub.rows()) == 50


def test_a_label_never_comes_before_its_prediction(stub: Stub, make: Make) -> None:
    stub.script = [Reply(503, b""), Reply(hang_up=True)]
    client = make(replace(QUICK, batch_rows=7))
    for _ in range(100):
        client.label(client.log(), 1)
    assert client.flush(5)
    known: set[str] = set()
    for request in stub.taken:
        ids = {row["prediction_id"] for row in request.rows}
        if request.path.endswith("labels"):
            assert ids <= known
        else:
            known |= ids
    assert len(known) == len(stub.rows("labels")) == 100


@pytest.mark.parametrize(
    "reply", [Reply(503, b""), Reply(429, b"", {"Retry-After": "0"}), Reply(500), Reply(hang_up=True)]
)
def test_a_batch_is_tried_again_with_its_key_until_it_is_taken(stub: Stub, make: Make, reply: Reply) -> None:
    stub.script = [reply] * 5
    client = make()
    client.log({"x": 1})
    assert client.flush(5)
    assert len({request.key for request in stub.requests}) == len({request.body for request in stub.requests}) == 1
    assert len(stub.rows()) == 1
    stats = client.stats()
    assert (stats.sent, stats.dropped) == (1, 0)
    assert stats.retried >= 3
    assert stats.last_error is not None


def test_a_wait_that_the_server_asks_for_is_kept_even_if_a_flush_is_in_a_hurry(stub: Stub, make: Make) -> None:
    stub.script = [Reply(429, b"", {"Retry-After": "1"})]
    client = make()
    client.log()
    start = time.monotonic()
    assert not client.flush(0.3)
    assert client.flush(5)
    assert time.monotonic() - start >= 0.99


def test_a_refused_batch_is_dropped_and_those_after_it_go_on(
    stub: Stub, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    stub.script = [Reply(400, b'{"detail":"no rows"}')]
    client = make()
    client.log()
    assert client.flush(5)
    client.log()
    assert client.flush(5)
    stats = client.stats()
    assert (stats.logged, stats.sent, stats.dropped, stats.retried) == (2, 1, 1, 0)
    assert stats.last_error == "1 predictions were dropped: the server answered 400 Bad Request: no rows"
    assert stats.last_error in caplog.messages


def test_a_batch_that_is_too_large_is_halved(stub: Stub, make: Make) -> None:
    stub.decide = lambda request: Reply(413, b"") if len(request.rows) > 3 or b"huge" in request.body else None
    client = make()
    for number in range(10):
        client.log({"x": "huge" if number == 4 else number})
    assert client.flush(5)
    assert [row["features"]["x"] for row in stub.rows()] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert (client.stats().sent, client.stats().dropped) == (9, 1)


def test_quarantined_rows_are_counted(stub: Stub, make: Make) -> None:
    stub.script = [Reply(200, b'{"accepted":1,"duplicates":0,"quarantined":2}')]
    client = make()
    for _ in range(3):
        client.log()
    assert client.flush(5)
    assert (client.stats().sent, client.stats().quarantined) == (3, 2)


@pytest.mark.slow
def test_eight_threads_lose_nothing(stub: Stub, make: Make) -> None:
    client = make(Limits(interval_seconds=0.05, queue_bytes=1 << 30))
    ids: list[list[str]] = [[] for _ in range(8)]

    def work(mine: list[str]) -> None:
        mine += [client.log({"x": number}) for number in range(10_000)]

    threads = [threading.Thread(target=work, args=(mine,)) for mine in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush(60)
    sent = [row["prediction_id"] for row in stub.rows()]
    assert len(sent) == 80_000
    assert set(sent) == {each for mine in ids for each in mine}
    assert client.stats() == Stats(logged=80_000, sent=80_000)


def test_a_full_queue_drops_what_is_new_and_counts_it_exactly(stub: Stub, make: Make) -> None:
    release = threading.Event()
    stub.script = [Reply(after=release)]
    client = make(replace(QUICK, queue_bytes=100 * 2048, batch_rows=10, timeout_seconds=30.0))
    client.log({"first": True})
    stub.await_requests(1)
    threads = [threading.Thread(target=lambda: [client.log({"x": 1}) for _ in range(1000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    full = client.stats()
    assert full.logged == 4001
    assert full.dropped > 0
    assert full.queued_bytes <= 110 * 2048
    release.set()
    assert client.flush(10)
    stats = client.stats()
    assert (stats.sent, stats.dropped, stats.queued) == (full.queued, full.dropped, 0)
    assert len(stub.rows()) == stats.sent


def test_a_call_does_not_wait_for_whoever_writes_the_log_down(stub: Stub, make: Make) -> None:
    # A handler that logs a prediction itself, while the client's thread has something to tell.
    client = make()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            client.log({"told": record.levelname})

    handler = Handler()
    logging.getLogger("modelwatch").addHandler(handler)
    try:
        stub.script = [Reply(400, b"")]
        client.log()
        assert client.flush(5)
        assert client.flush(5)
    finally:
        logging.getLogger("modelwatch").removeHandler(handler)
    assert client.stats().dropped == 1


def test_log_does_not_wait_for_a_server_that_hangs(stub: Stub, make: Make) -> None:
    release = threading.Event()
    stub.script = [Reply(after=release)]
    client = make(replace(QUICK, queue_bytes=1 << 20))
    client.log()
    stub.await_requests(1)
    start = time.monotonic()
    for _ in range(10_000):
        client.log({"x": 1})
    assert time.monotonic() - start < 2
    release.set()


class Hostile:
    """Fails at whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Unwilling(dict[str, Any]):
    """A mapping that cannot be copied."""

    def keys(self) -> Any:
        raise RuntimeError("no keys")

    def __iter__(self) -> Any:
        raise RuntimeError("no keys")


def test_no_value_makes_a_call_raise_and_no_row_is_lost(
    stub: Stub, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    loop: list[Any] = []
    loop.append(loop)
    values: list[Any] = [
        object(), loop, 2**5000, float("nan"), "\ud800", {(1, 2): 3}, Hostile(), np.array([1.0]), pd.NaT, pd.NA,
        b"\xff", {1}, lambda: None, np.float32("inf"), 1j,
    ]  # fmt: skip
    client = make()
    for value in values:
        client.log({"x": value})
        client.log(score=value, metadata={"x": value}, timestamp=value)
        client.log(value)
        client.label("a", value)
    client.log(Unwilling(a=1))
    client.log(prediction_id=Hostile())  # pyright: ignore
    client.log(prediction_id=7)  # pyright: ignore
    client.event(object())  # pyright: ignore
    assert client.log_batch(object()) == []
    assert client.log_batch({"a": [1], "b": [1, 2]}) == []
    assert client.flush(10)
    stats = client.stats()
    assert stats.sent == stats.logged == 4 * len(values) + 4
    assert stats.dropped == 0
    assert stats.faults > 10
    assert len(stub.rows()) == 3 * len(values) + 3
    assert 0 < len(caplog.messages) < 10


def test_a_message_of_a_kind_is_told_once_a_minute(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    client = make()
    for _ in range(50):
        client.log(object())
    told = [message for message in caplog.messages if "without features" in message]
    assert len(told) == 1
    assert client.stats().faults == 50


def test_a_table_arrives_as_arrow_with_ids_time_and_version(stub: Stub, make: Make) -> None:
    client = make(version="3")
    ids = client.log_batch(pd.DataFrame({"temp": [1.5, None], "carrier": ["UA", None], "score": [0.1, 0.2]}))
    assert client.flush(5)
    [request] = stub.taken
    frame = pl.read_ipc_stream(io.BytesIO(request.body))
    assert frame["prediction_id"].to_list() == ids
    assert frame.select("temp", "carrier", "score", "model_version").rows() == [
        (1.5, "UA", 0.1, "3"),
        (None, None, 0.2, "3"),
    ]
    assert frame.schema["timestamp"] == pl.Datetime("us", "UTC")
    assert client.stats() == Stats(logged=2, sent=2)


def test_a_large_table_goes_in_parts_and_is_bounded(stub: Stub, make: Make) -> None:
    client = make(replace(QUICK, batch_bytes=10_000, queue_bytes=200_000))
    ids = client.log_batch({"prediction_id": list(range(1000)), "x": [1.0] * 1000})
    assert client.flush(5)
    assert ids[:2] == ["0", "1"]
    assert len(stub.taken) > 1
    assert sum(pl.read_ipc_stream(io.BytesIO(each.body)).height for each in stub.taken) == 1000
    client.log_batch({"x": [1.0] * 100_000})
    assert client.flush(5)
    stats = client.stats()
    assert stats.logged == 101_000 == stats.sent + stats.dropped
    assert stats.dropped > 0


def test_a_table_with_mixed_types_goes_row_by_row(stub: Stub, make: Make) -> None:
    client = make(version="3")
    client.log_batch({"prediction_id": ["a", "b"], "x": [1, "one"], "score": [0.1, 0.2], "model_version": ["3", "4"]})
    assert client.flush(5)
    assert [(row["features"], row["score"], row["model_version"]) for row in stub.rows()] == [
        ({"x": 1}, 0.1, "3"),
        ({"x": "one"}, 0.2, "4"),
    ]


def test_a_server_that_was_down_gets_everything_once_it_is_up(stub: Stub, make: Make) -> None:
    stub.decide = lambda _: Reply(503, b"")
    client = make()
    for number in range(100):
        client.log({"x": number})
    stub.await_requests(3)
    stub.decide = lambda _: None
    assert client.flush(5)
    assert [row["features"]["x"] for row in stub.rows()] == list(range(100))


def test_the_block_and_the_event_loop(stub: Stub, make: Make) -> None:
    async def serve() -> bool:
        client = make()
        for number in range(100):
            client.log({"x": number})
        return await client.aflush(5)

    assert asyncio.run(serve())
    assert len(stub.rows()) == 100


def test_closing_sends_what_waits_and_takes_no_more(stub: Stub, make: Make) -> None:
    with make(replace(QUICK, interval_seconds=60.0)) as client:
        client.log()
    assert len(stub.rows()) == 1
    client.log()
    client.close()
    assert client.stats().dropped == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "modelwatch-client"]


def test_closing_waits_no_longer_than_it_says_and_counts_the_rest(stub: Stub, make: Make) -> None:
    release = threading.Event()
    stub.script = [Reply(after=release)]
    client = make(replace(QUICK, batch_rows=5))
    for _ in range(12):
        client.log()
    start = time.monotonic()
    client.close(timeout=0.2)
    assert time.monotonic() - start < 2
    release.set()
    stats = client.stats()
    assert (stats.logged, stats.dropped, stats.queued) == (12, 12, 0)
    assert stats.last_error is not None
    assert "12 rows were not sent" in stats.last_error


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_sends_its_own_rows_only_and_the_parent_all_of_its(stub: Stub, make: Make) -> None:
    client = make(replace(QUICK, interval_seconds=60.0))
    client.log({"by": "before"})
    assert client.flush(5)
    for _ in range(10):
        client.log({"by": "parent"})
    child = os.fork()
    if child == 0:
        code = 1
        try:
            fresh = client.stats() == Stats()
            for _ in range(5):
                client.log({"by": "child"})
            code = 0 if fresh and client.flush(5) and client.stats() == Stats(logged=5, sent=5) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client.flush(5)
    assert client.stats() == Stats(logged=11, sent=11)
    found = [row["features"]["by"] for row in stub.rows()]
    assert {each: found.count(each) for each in found} == {"before": 1, "parent": 10, "child": 5}
    assert len({row["prediction_id"] for row in stub.rows()}) == 16


PROGRAM = """
import sys
from modelwatch import Client
client = Client(sys.argv[1], model="m")
for number in range(100):
    client.log({"x": number})
if sys.argv[2] == "raise":
    raise RuntimeError("the end")
"""


@pytest.mark.parametrize("end", ["fine", "raise"])
def test_the_end_of_a_program_sends_what_waits(stub: Stub, end: str) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM, stub.url, end], check=False, capture_output=True, timeout=30)
    assert len(stub.rows()) == 100


@pytest.mark.slow
def test_the_end_of_a_program_is_held_up_for_five_seconds_at_most() -> None:
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "http://127.0.0.1:1", "fine"],
        check=True,
        capture_output=True,
        timeout=30,
        text=True,
    )
    assert time.monotonic() - start < 10
    assert "100 rows were not sent within 5 s" in done.stderr


def test_loading_the_client_loads_neither_numpy_nor_polars() -> None:
    program = "import sys, modelwatch; modelwatch.Client; print({'numpy', 'polars'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_requests_are_bodies_that_any_json_reader_takes(stub: Stub, make: Make) -> None:
    logging.getLogger("modelwatch").debug("nothing")
    client = make()
    client.log({"a": 1e22, "b": -0.0, "c": 2**63, "d": "\u2028é\U0001f600", "e": float("-inf")}, score=float("nan"))
    assert client.flush(5)
    [request] = stub.taken
    assert isinstance(request, Request)
    [row] = json.loads(request.body)
    assert row["features"] == {"a": 1e22, "b": 0.0, "c": 2**63, "d": "\u2028é\U0001f600", "e": float("-inf")}
    assert row["score"] != row["score"]
