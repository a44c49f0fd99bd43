"""The laws that every built-in channel obeys; a new channel needs one entry in `BENCHES` and no test here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelwatch.act import channels
from modelwatch.act.draft import Draft
from modelwatch.act.message import write
from modelwatch.catalog import Catalog, Channel
from modelwatch.domain.incident import Cause, Incident, Kind, State
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey, check_name


@dataclass(frozen=True)
class Bench:
    """How to see what a channel delivered, and how to make it fail and work again."""

    delivered: Callable[[Path], object]
    cut: Callable[[Path], None]
    mend: Callable[[Path], None]


def read_log(home: Path) -> str:
    path = home / "notifications.log"
    return path.read_text("utf-8") if path.is_file() else ""


BENCHES = {
    "log": Bench(
        delivered=read_log,
        cut=lambda home: (home / "notifications.log").mkdir(),
        mend=lambda home: (home / "notifications.log").rmdir(),
    ),
}


def built_in(home: Path) -> Catalog:
    catalog = Catalog()
    channels.register(catalog, home)
    return catalog


def message(change: str = "opened", number: int = 1) -> dict[str, Any]:
    """A message as the pipeline writes them."""
    over = change == "resolved"
    incident = Incident(
        id=number,
        key=ModelKey("flight-delay"),
        kind=Kind.DATA_FAULT,
        state=State.RESOLVED if over else State.OPEN,
        severity=Status.CRITICAL,
        title=f"Weather feed missing, fault {number}",
        opened=DAY,
        resolved=2 * DAY if over else None,
        window=Window(0, DAY),
        verdicts=(),
        cause=Cause(
            kind=Kind.DATA_FAULT,
            evidence=("all 8 weather columns are empty",),
            columns=("temp",),
            slices=({"slice": {"origin": "EWR"}, "value": 1.0, "n": 90},),
            first_action="Ask the feed's owner.",
        ),
    )
    return write(Draft(change=change, incident=incident, at=DAY), {"runbook": "https://example.com"})


@pytest.fixture(params=BENCHES)
def name(request: pytest.FixtureRequest) -> str:
    """Each channel in turn."""
    return request.param


@pytest.fixture
def channel(name: str, tmp_path: Path) -> Channel:
    """The channel, of a home in the test's folder."""
    return built_in(tmp_path).channels.get(name)


def test_every_channel_is_held_to_the_laws(tmp_path: Path) -> None:
    assert set(built_in(tmp_path).channels.names()) == set(BENCHES)


def test_registering_touches_nothing(tmp_path: Path) -> None:
    built_in(tmp_path / "home-that-does-not-exist")
    assert list(tmp_path.iterdir()) == []


def test_a_channel_has_a_name_that_a_route_can_use(channel: Channel, name: str) -> None:
    assert check_name(channel.name) == name


@pytest.mark.parametrize("change", ["opened", "reopened", "escalated", "resolved"])
def test_every_change_can_be_delivered(channel: Channel, name: str, tmp_path: Path, change: str) -> None:
    before = BENCHES[name].delivered(tmp_path)
    channel.send(message(change), key=change)
    assert BENCHES[name].delivered(tmp_path) != before


def test_the_same_key_again_changes_nothing(channel: Channel, name: str, tmp_path: Path) -> None:
    channel.send(message(), key="a")
    once = BENCHES[name].delivered(tmp_path)
    channel.send(message(), key="a")
    assert BENCHES[name].delivered(tmp_path) == once


def test_the_same_key_from_another_process_changes_nothing(channel: Channel, name: str, tmp_path: Path) -> None:
    channel.send(message(), key="a")
    channel.send(message(number=2), key="b")
    once = BENCHES[name].delivered(tmp_path)
    another = built_in(tmp_path).channels.get(name)
    another.send(message(number=2), key="b")
    another.send(message(), key="a")
    assert BENCHES[name].delivered(tmp_path) == once


def test_another_key_is_another_message(channel: Channel, name: str, tmp_path: Path) -> None:
    channel.send(message(), key="a")
    once = BENCHES[name].delivered(tmp_path)
    channel.send(message(), key="b")
    assert BENCHES[name].delivered(tmp_path) != once


def test_a_failure_raises_and_can_be_tried_again(channel: Channel, name: str, tmp_path: Path) -> None:
    BENCHES[name].cut(tmp_path)
    with pytest.raises(OSError, match=r"."):  # which error is up to the channel, that it says something is not
        channel.send(message(), key="a")
    BENCHES[name].mend(tmp_path)
    channel.send(message(), key="a")
    after_failure = BENCHES[name].delivered(tmp_path)

    calm = tmp_path / "calm"
    calm.mkdir()
    built_in(calm).channels.get(name).send(message(), key="a")
    assert after_failure == BENCHES[name].delivered(calm)


def test_the_message_is_left_as_it_was(channel: Channel) -> None:
    sent = message()
    channel.send(sent, key="a")
    assert sent == message()


def test_any_thread_may_send(channel: Channel, name: str, tmp_path: Path) -> None:
    # Delivery sends one message of a channel at a time, but not always from the same thread.
    for key in "ab":
        thread = threading.Thread(target=channel.send, args=(message(),), kwargs={"key": key})
        thread.start()
        thread.join()
    calm = tmp_path / "calm"
    calm.mkdir()
    other = built_in(calm).channels.get(name)
    for key in "ab":
        other.send(message(), key=key)
    assert BENCHES[name].delivered(tmp_path) == BENCHES[name].delivered(calm)
