"""How an incident went: what was opened, sent and said in order of time, and those like it before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, HOUR
from modelwatch.read.case import load_case
from modelwatch.read.story import Entry, similar, timeline
from modelwatch.show.status import State


@pytest.fixture
def own(faulty: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the home, to be changed at will."""
    copytree(faulty.path, tmp_path / "home")
    (tmp_path / "home" / "lock").unlink()
    with Home.open(tmp_path / "home", write=True) as home:
        yield home


def entries(home: Home, onset: int | None = None) -> tuple[Entry, ...]:
    with home.state.reading() as tx:
        return timeline(load_case(tx, home.catalog, 1, project="default", now=home.now()), onset)


def test_what_people_say_stands_with_what_was_opened_and_sent(own: Home) -> None:
    own.respond(None, 1, "ack", who="ann", text="on it")
    own.respond(None, 1, "silence", who="ben", until=own.now() + DAY)
    own.respond(None, 1, "unsilence", who="ben")
    found = entries(own, onset=1)
    assert [each.what for each in found] == ["onset", "state", "sent", "said", "said", "said"]
    opened, sent, seen, silenced, ended = found[1:]
    assert (opened.head, opened.state) == ("Opened at critical", State.CRITICAL)
    assert (sent.head, sent.text) == ("Told log", "opened")
    assert (seen.head, seen.text, seen.who) == ("Acknowledged", "on it", "ann")
    assert silenced.head.startswith("Silenced until 2013")
    assert ended.head == "Ended the silence"
    # A replay is delivered years later, which says nothing of how long it took.
    assert (sent.delay, sent.delivered is not None) == (None, True)


def test_a_silence_that_nobody_began_cannot_be_ended(own: Home) -> None:
    with pytest.raises(ValueError, match="nobody silenced"):
        own.respond(None, 1, "unsilence", who="ben")


def test_the_first_of_its_kind_has_none_before(faulty: Home) -> None:
    with faulty.state.reading() as tx:
        assert similar(tx, load_case(tx, faulty.catalog, 1, project="default", now=HOUR)) == ()
