"""The log file: readable, one block a message, safe against hostile names and torn ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from modelwatch.act.channels.log import LogChannel

EXPECTED = """\
2013-12-31T06:00:00Z  CRITICAL  flight-delay  Weather feed missing, 8 columns empty
    New        incident 12, data fault, since 2013-12-30T05:00:00Z
    How bad    missing_share of temp is 1 (limit 0.2); 7 more; rows affected 936
    Why        - temp, dewp, humid, wind_dir, wind_speed, precip, pressure and visib are missing in
                 all 936 rows of 30 December
               - the other 6 columns are complete
    Slices     origin EWR (1, n 312)
    Do first   Ask the weather feed's owner whether it was cut off.
    Look       modelwatch incidents flight-delay --id 12
    Incident   https://watch.example.org/incidents/12
    Runbook    https://example.com/runbook
    Message    """


@pytest.fixture
def message(message: dict[str, Any]) -> dict[str, Any]:
    """One whose evidence is too long for a line."""
    eight = "temp, dewp, humid, wind_dir, wind_speed, precip, pressure and visib"
    missing = f"{eight} are missing in all 936 rows of 30 December"
    return message | {"evidence": [missing, *message["evidence"][1:]]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is to be."""
    return tmp_path / "notifications.log"


def blocks(path: Path) -> list[str]:
    return path.read_text("utf-8").split("\n\n")


def test_a_person_can_read_it(path: Path, message: dict[str, Any]) -> None:
    LogChannel(path).send(message, key="k")
    text = path.read_text("utf-8")
    assert text.startswith(EXPECTED)
    assert len(text) == len(EXPECTED) + 16 + 1
    assert max(map(len, text.splitlines())) <= 100


def test_an_end_says_until_when_and_that_it_is_ok(path: Path, message: dict[str, Any]) -> None:
    end = message | {"severity": "ok", "what": "Over", "until": "2014-01-01T05:00:00Z"}
    LogChannel(path).send(end, key="k")
    text = path.read_text("utf-8")
    assert "  OK  flight-delay  " in text
    assert "    Over       incident 12, data fault, since 2013-12-30T05:00:00Z until 2014-01-01T05:00:00Z\n" in text


def test_one_that_is_back_says_since_when_and_how_bad_it_was(path: Path, message: dict[str, Any]) -> None:
    back = {"what": "Back again", "since": "2014-01-04T05:00:00Z", "peak": "missing_share of temp is 1"}
    LogChannel(path).send(message | back, key="k")
    text = path.read_text("utf-8")
    assert "    Back again incident 12, data fault, since 2014-01-04T05:00:00Z, first 2013-12-30T05:00:00Z\n" in text
    assert "    Peak       missing_share of temp is 1\n" in text


def test_it_is_short_however_much_is_known(path: Path, message: dict[str, Any]) -> None:
    much = {"evidence": [f"line {i}" for i in range(9)], "where": [f"slice {i}" for i in range(9)]}
    LogChannel(path).send(message | much, key="k")
    text = path.read_text("utf-8")
    assert "line 3" in text
    assert "line 4" not in text
    assert "slice 2" in text
    assert "slice 3" not in text


def test_what_is_unknown_takes_no_line(path: Path, message: dict[str, Any]) -> None:
    nothing = {
        "how_bad": "",
        "effect": "",
        "evidence": [],
        "columns": [],
        "where": [],
        "first_action": "",
        "look": "",
        "links": {},
    }
    LogChannel(path).send(message | nothing, key="k")
    assert [line.split()[0] for line in path.read_text("utf-8").splitlines()[1:]] == ["New", "Message"]


def test_project_and_environment_are_named_where_they_are_not_the_usual(path: Path, message: dict[str, Any]) -> None:
    LogChannel(path).send(message | {"project": "ops", "env": "staging"}, key="k")
    assert "  CRITICAL  ops/flight-delay (staging)  Weather" in path.read_text("utf-8")


def test_messages_are_parted_by_a_blank_line(path: Path, message: dict[str, Any]) -> None:
    channel = LogChannel(path)
    for key in "abc":
        channel.send(message | {"title": key}, key=key)
    assert [block.splitlines()[0][-1] for block in blocks(path)] == ["a", "b", "c"]


def test_another_process_knows_what_was_written(path: Path, message: dict[str, Any]) -> None:
    LogChannel(path).send(message, key="a")
    LogChannel(path).send(message, key="b")
    before = path.read_bytes()
    LogChannel(path).send(message, key="b")
    LogChannel(path).send(message, key="a")
    assert path.read_bytes() == before


def test_the_tail_is_enough(path: Path, message: dict[str, Any]) -> None:
    LogChannel(path).send(message, key="long ago")
    with path.open("a") as file:
        file.write("x" * (1 << 20) + "\n")
    LogChannel(path).send(message, key="last")
    size = path.stat().st_size
    LogChannel(path).send(message, key="last")
    assert path.stat().st_size == size


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9])
def test_a_torn_message_is_marked_and_told_again(path: Path, share: float, message: dict[str, Any]) -> None:
    LogChannel(path).send(message, key="a")
    LogChannel(path).send(message, key="b")
    whole = path.read_bytes()
    first = whole.index(b"\n\n") + 2
    path.write_bytes(whole[: first + int(share * (len(whole) - first))])
    LogChannel(path).send(message, key="a")
    LogChannel(path).send(message, key="b")
    intact, torn, again = blocks(path)
    assert torn.endswith(" [cut off]")
    assert intact.startswith(EXPECTED)
    assert again.startswith(EXPECTED)


def test_a_file_that_is_moved_away_is_begun_anew(path: Path, message: dict[str, Any]) -> None:
    channel = LogChannel(path)
    channel.send(message, key="a")
    path.rename(path.with_suffix(".1"))
    channel.send(message, key="b")
    assert len(blocks(path)) == 1


def test_hostile_names_cannot_pass_for_a_message(path: Path, message: dict[str, Any]) -> None:
    forged = "x\n\n2013-01-01T00:00:00Z  OK  flight-delay  All is well\n    Message    0123456789abcdef\n"
    hostile = {
        "title": forged,
        "columns": [forged, "\x1b[2J", "\u202egnp.exe", "\ud800"],
        "evidence": [forged],
        "where": [forged],
        "peak": forged,
        "first_action": forged,
        "links": {forged: forged},
        "how_bad": forged,
    }
    LogChannel(path).send(message | hostile, key="\ud800\n\n")
    text = path.read_text("utf-8")
    assert len(blocks(path)) == 1
    assert all(line.startswith("    ") for line in text.splitlines()[1:])
    assert text.count("\n    Message    ") == 1
    assert not {"\x1b", "\u202e"} & set(text)
    assert r"\x1b[2J" in text


def test_long_names_stay_whole(path: Path, message: dict[str, Any]) -> None:
    name = "n" * 150
    LogChannel(path).send(message | {"columns": ["a", name, "b", "c"]}, key="k")
    assert name in path.read_text("utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(tmp_path: Path, message: dict[str, Any]) -> None:
    path = tmp_path / "notifications.log"
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        LogChannel(path).send(message, key="k")


def test_half_a_message_is_taken_back(path: Path, message: dict[str, Any]) -> None:
    resource = pytest.importorskip("resource")
    channel = LogChannel(path)
    channel.send(message, key="a")
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, hard))  # no file may become longer
    try:
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            channel.send(message, key="b")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    channel.send(message, key="b")
    assert len(blocks(path)) == 2


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device that cannot be synced")
def test_what_could_not_be_synced_is_told_again(path: Path, message: dict[str, Any]) -> None:
    channel = LogChannel(path)
    path.symlink_to("/dev/null")
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        channel.send(message, key="k")
    path.unlink()
    channel.send(message, key="k")
    assert path.read_text("utf-8").startswith(EXPECTED)


def test_a_message_is_on_disk_before_it_counts_as_sent(path: Path, message: dict[str, Any]) -> None:
    def calls_of_sending(key: str) -> list[str]:
        seen: list[str] = []

        def see(_: FrameType, event: str, called: Any) -> None:
            if event == "c_call" and called.__name__ in ("write", "fsync"):
                seen.append(called.__name__)

        channel = LogChannel(path)
        sys.setprofile(see)
        try:
            channel.send(message, key=key)
        finally:
            sys.setprofile(None)
        return seen

    assert calls_of_sending("a") == ["write", "fsync", "fsync"]  # the new file, then the folder with its name
    assert calls_of_sending("b") == ["write", "fsync"]
    assert calls_of_sending("b") == ["write", "fsync"]  # nothing is written, and what was is on disk
