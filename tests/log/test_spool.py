"""The spool: what it has answered for is there, in order, whole or refused."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modelwatch.collect.quarantine import QUARANTINE_TYPES
from modelwatch.domain.errors import DurabilityError, HomeError
from modelwatch.domain.names import ModelKey
from modelwatch.log import Spool
from modelwatch.log.requests import Answer, Entry

KEY = ModelKey("flight-delay")


def rows(*values: float) -> pl.DataFrame:
    return pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})


def read(spool: Spool, key: ModelKey = KEY, table: str = "predictions") -> list[float]:
    return [x for request in spool.peek(key, table, limit_rows=10**9) for x in request.frame()["x"]]


def test_rows_come_back_as_they_went_in_after_the_file_was_closed(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    frame = pl.DataFrame({"a": ["x", None], "b": [1.5, float("nan")], "c": [[1.0], None]})
    with Spool(path) as spool:
        number, uuid = spool.append(KEY, "predictions", frame, received=7), spool.uuid
    with Spool(path) as spool:
        (request,) = spool.peek(KEY, "predictions", limit_rows=1)
        assert (request.id, request.received, request.rows, spool.uuid) == (number, 7, 2, uuid)
        assert request.frame().equals(frame)


def test_ids_grow_even_when_the_spool_was_empty(spool: Spool) -> None:
    first = spool.append(KEY, "predictions", rows(1), received=0)
    spool.delete(KEY, "predictions", upto=first, reached={})
    assert spool.pending() == {}
    assert spool.append(KEY, "predictions", rows(2), received=0) > first


def test_accepted_and_refused_rows_are_kept_together(spool: Spool) -> None:
    refused = pl.DataFrame([{"reason": "no"}], schema=QUARANTINE_TYPES)
    spool.append(KEY, "labels", rows(1, 2), refused, received=0)
    assert spool.pending() == {(KEY, "labels"): 2, (KEY, "quarantine"): 1}
    assert spool.append(KEY, "labels", rows(), refused.clear(), received=0) == 0


def test_several_requests_are_kept_together_or_not_at_all(spool: Spool) -> None:
    good = Entry(KEY, "predictions", rows(1), 0)
    with pytest.raises(OverflowError):
        spool.append_many([good, Entry(KEY, "predictions", rows(2), 2**63)])
    assert spool.pending() == {}
    assert len(spool.append_many([good, good])) == 2


def test_a_look_is_limited_but_never_empty(spool: Spool) -> None:
    for size in (3, 4, 5):
        spool.append(KEY, "predictions", rows(*range(size)), received=0)
    sizes = {limit: len(spool.peek(KEY, "predictions", limit_rows=limit)) for limit in (1, 6, 7, 11, 12)}
    assert sizes == {1: 1, 6: 1, 7: 2, 11: 2, 12: 3}


def test_a_spool_from_a_backup_takes_a_new_name(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool.sqlite") as spool:
        old = spool.uuid
        assert spool.renew() != old
        assert spool.uuid != old


def test_the_version_reached_never_falls(spool: Spool) -> None:
    assert spool.forwarded(KEY, "predictions") is None
    spool.delete(KEY, "predictions", upto=1, reached={"predictions": 5, "quarantine": 2})
    spool.delete(KEY, "predictions", upto=1, reached={"predictions": 3})
    assert spool.forwarded(KEY, "predictions") == 5
    assert spool.forwarded(KEY, "quarantine") == 2
    assert spool.forwarded(ModelKey("other"), "predictions") is None


def test_a_spool_of_a_newer_release_or_of_no_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    Spool(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(HomeError, match="has format 9, this release knows 1: upgrade"):
        Spool(path)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(HomeError, match="is damaged"):
        Spool(path)
    with pytest.raises(HomeError, match="cannot be opened"):
        Spool(tmp_path / "none" / "spool.sqlite")


def test_no_damaged_byte_costs_rows_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    with Spool(path) as spool:
        for number in range(20):
            spool.append(KEY, "predictions", rows(*(number + i / 7 for i in range(300))), received=number)
        expected = read(spool)
    whole = path.read_bytes()
    choice = random.Random(1)
    noticed = 0
    for attempt in range(300):
        broken = bytearray(whole)
        if attempt % 3:
            broken[choice.randrange(len(broken))] ^= 1 << choice.randrange(8)
        else:
            del broken[choice.randrange(1, len(broken)) :]
        path.write_bytes(broken)
        try:
            with Spool(path) as spool:
                found = [x for key, table in spool.pending() for x in read(spool, key, table)]
            assert found == expected
        except (HomeError, DurabilityError):
            noticed += 1
        for left in tmp_path.glob("spool.sqlite-*"):
            left.unlink()
    assert noticed > 100


FULL = """
import resource, signal, sys
from pathlib import Path
import polars as pl
from modelwatch.domain.errors import DurabilityError
from modelwatch.domain.names import ModelKey
from modelwatch.log import Spool
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
key = ModelKey("flight-delay")
with Spool(Path(sys.argv[1])) as spool:
    spool.append(key, "predictions", pl.DataFrame({"x": [1.0]}), received=0)
    size = max(path.stat().st_size for path in Path(sys.argv[1]).parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, resource.RLIM_INFINITY))
    noise = pl.DataFrame({"x": pl.Series(range(10**5)).hash().cast(pl.Float64)})
    try:
        spool.append(key, "predictions", noise, received=0)
    except DurabilityError as error:
        print("refused:", error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    spool.append(key, "predictions", pl.DataFrame({"x": [2.0]}), received=0)
"""


def test_a_full_disk_is_told_and_nothing_is_half_kept(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    told = subprocess.run([sys.executable, "-c", FULL, str(path)], check=True, capture_output=True, text=True)
    assert "could not keep the rows" in told.stdout
    with Spool(path) as spool:
        assert read(spool) == [1.0, 2.0]


def test_a_spool_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool.sqlite") as spool:
        reader = sqlite3.connect(tmp_path / "spool.sqlite")
        reader.execute("DROP TABLE request")
        reader.close()
        with pytest.raises(DurabilityError, match="no such table"):
            spool.append(KEY, "predictions", rows(1), received=0)


keys = st.sampled_from([ModelKey("a"), ModelKey("b"), ModelKey("a", env="test")])
tables = st.sampled_from(["predictions", "labels"])


class SpoolAgainstLists(RuleBasedStateMachine):
    """Whatever is done in whatever order, the spool holds what lists in memory hold."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.spool = Spool(Path(self.folder.name) / "spool.sqlite")
        self.lists: defaultdict[tuple[ModelKey, str], list[tuple[int, float]]] = defaultdict(list)

    @rule(key=keys, table=tables, values=st.lists(st.floats(0, 1), min_size=1, max_size=3))
    def append(self, key: ModelKey, table: str, values: list[float]) -> None:
        number = self.spool.append(key, table, rows(*values), received=0)
        self.lists[key, table] += [(number, value) for value in values]

    @rule(key=keys, table=tables, keep=st.integers(0, 3))
    def delete(self, key: ModelKey, table: str, keep: int) -> None:
        numbers = sorted({number for number, _ in self.lists[key, table]})
        upto = ([0, *numbers])[max(0, len(numbers) - keep)]
        self.spool.delete(key, table, upto=upto, reached={})
        self.lists[key, table] = [each for each in self.lists[key, table] if each[0] > upto]

    @invariant()
    def same(self) -> None:
        for (key, table), values in self.lists.items():
            assert read(self.spool, key, table) == [value for _, value in values]
        assert self.spool.pending() == {where: len(values) for where, values in self.lists.items() if values}

    def teardown(self) -> None:
        self.spool.close()
        self.folder.cleanup()


TestSpoolAgainstLists = SpoolAgainstLists.TestCase
TestSpoolAgainstLists.settings = settings(max_examples=20, stateful_step_count=15)


def answer(key: str = "k", *, project: str = "default", body: bytes = b"{}", at: int = 5) -> Answer:
    return Answer(project, "flight-delay/prod/predictions", key, b"hash", body, at)


def test_an_answer_is_kept_with_its_rows_and_known_after_the_file_was_closed(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    with Spool(path) as spool:
        spool.append_many([Entry(KEY, "predictions", rows(1), 0)], answers=[answer()])
    with Spool(path) as spool:
        assert spool.answer("default", "flight-delay/prod/predictions", "k") == answer()
        assert spool.answer("rides", "flight-delay/prod/predictions", "k") is None
        assert spool.answer("default", "flight-delay/prod/labels", "k") is None
        assert spool.backlog == 1


def test_the_first_answer_to_a_key_stays(spool: Spool) -> None:
    spool.append_many([], answers=[answer(body=b"first")])
    spool.append_many([], answers=[answer(body=b"second"), answer("other")])
    kept = spool.answer("default", "flight-delay/prod/predictions", "k")
    assert kept is not None
    assert kept.body == b"first"


def test_answers_older_than_an_instant_are_forgotten(spool: Spool) -> None:
    spool.append_many([], answers=[answer("old", at=5), answer("new", at=6)])
    spool.forget_answers(6)
    assert spool.answer("default", "flight-delay/prod/predictions", "old") is None
    assert spool.answer("default", "flight-delay/prod/predictions", "new") is not None
