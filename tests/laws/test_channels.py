"""The laws that every built-in channel obeys; a new channel needs one entry in `BENCHES` and no test here."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelwatch.act import channels
from modelwatch.act.draft import Draft
from modelwatch.act.message import write
from modelwatch.act.sample import sample
from modelwatch.catalog import Addressed, Catalog, Channel
from modelwatch.domain.incident import Cause, Incident, Kind, State
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey, check_name
from modelwatch.domain.secret import Secret

ROUTING_KEY, PASSWORD, TOKEN = "r0ut1ngk3y", "p4ssw0rd", "t0k3n"
SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = (ROUTING_KEY, PASSWORD, TOKEN, SIGNING_KEY)


@dataclass
class Bench:
    """One channel of a home: how to declare it, to see what was delivered, to make it fail and work again."""

    make: Callable[[Path], Channel]
    delivered: Callable[[], list[Any]]
    cut: Callable[[], object]
    mend: Callable[[], object]


def distinct(ids: list[Any]) -> list[Any]:
    """What is left where the receiver forgets what it knows, as every receiver may."""
    return list(dict.fromkeys(ids))


def log_bench(tools: Any, home: Path) -> Bench:
    path = home / "notifications.log"

    def delivered() -> list[str]:
        return path.read_text("utf-8").split("\n\n") if path.is_file() else []

    return Bench(lambda home: built_in(home).channels.get("log"), delivered, path.mkdir, path.rmdir)


def posting(tools: Any, kind: str, identify: Callable[[Any], Any], **given: Any) -> Bench:
    """A bench of a channel that posts to an endpoint; `identify` finds the message in a request."""
    endpoint = tools.make_endpoint()
    given["url"] = Secret(text=f"{endpoint.url}/{TOKEN}")

    def answer(status: int) -> None:
        endpoint.status = status

    def delivered() -> list[Any]:
        return distinct([identify(each) for each in endpoint.requests])

    return Bench(
        lambda home: built_in(home).channel_kinds.get(kind).make(kind, {"allow_private": True, **given}),
        delivered,
        lambda: answer(503),
        lambda: (endpoint.requests.clear(), answer(200)),
    )


def webhook_bench(tools: Any, home: Path) -> Bench:
    def identify(request: Any) -> Any:
        return request.headers["webhook-id"], request.body

    return posting(tools, "webhook", identify, secret=(Secret(text=SIGNING_KEY),))


def slack_bench(tools: Any, home: Path) -> Bench:
    return posting(tools, "slack", lambda request: request.body)


def pagerduty_bench(tools: Any, home: Path) -> Bench:
    return posting(tools, "pagerduty", lambda request: request.body, routing_key=Secret(text=ROUTING_KEY))


def email_bench(tools: Any, home: Path) -> Bench:
    mailbox = tools.make_mailbox()
    given = {"to": ("a@example.org",), "from": "w@example.org", "server": "127.0.0.1", "port": mailbox.port}
    given |= {"starttls": False, "user": None, "password": Secret(text=PASSWORD)}

    def delivered() -> list[Any]:
        return distinct([(mail["Message-ID"], mail["Subject"]) for mail in mailbox.mails])

    def answer(text: str) -> None:
        mailbox.answer = text

    return Bench(
        lambda home: built_in(home).channel_kinds.get("email").make("email", given),
        delivered,
        lambda: answer("451 Later"),
        lambda: answer("250 OK"),
    )


BENCHES = {
    "log": log_bench,
    "webhook": webhook_bench,
    "slack": slack_bench,
    "pagerduty": pagerduty_bench,
    "email": email_bench,
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


@dataclass(frozen=True)
class Tools:
    """What benches are made with."""

    make_endpoint: Callable[[], Any]
    make_mailbox: Callable[..., Any]


@pytest.fixture(params=BENCHES)
def name(request: pytest.FixtureRequest) -> str:
    """Each channel in turn."""
    return request.param


@pytest.fixture
def new_bench(
    name: str, tmp_path: Path, make_endpoint: Callable[[], Any], make_mailbox: Callable[..., Any]
) -> Callable[[Path], Bench]:
    """A bench of the channel, of a home that need not be there."""
    return lambda home: BENCHES[name](Tools(make_endpoint, make_mailbox), home)


@pytest.fixture
def bench(new_bench: Callable[[Path], Bench], tmp_path: Path) -> Bench:
    """A bench of the channel, of a home in the test's folder."""
    return new_bench(tmp_path)


@pytest.fixture
def channel(bench: Bench, tmp_path: Path) -> Channel:
    """The channel itself."""
    return bench.make(tmp_path)


def test_every_channel_is_held_to_the_laws(tmp_path: Path) -> None:
    catalog = built_in(tmp_path)
    assert {*catalog.channels.names(), *catalog.channel_kinds.names()} == set(BENCHES)


def test_registering_touches_nothing(tmp_path: Path) -> None:
    built_in(tmp_path / "home-that-does-not-exist")
    assert list(tmp_path.iterdir()) == []


def test_a_channel_has_a_name_that_a_route_can_use(channel: Channel, name: str) -> None:
    assert check_name(channel.name) == name


@pytest.mark.parametrize("change", ["opened", "reopened", "escalated", "acknowledged", "resolved"])
def test_every_change_can_be_delivered(channel: Channel, bench: Bench, change: str) -> None:
    channel.send(message(change), key=change)
    assert len(bench.delivered()) == 1


def test_a_test_message_can_be_delivered(channel: Channel, bench: Bench) -> None:
    sent = sample(channel.name, DAY)
    channel.send(sent, key=sent["key"])
    assert len(bench.delivered()) in (1, 2)  # two where a test opens an alert and closes it


def test_the_same_key_again_is_the_same_message(channel: Channel, bench: Bench) -> None:
    channel.send(message(), key="a")
    channel.send(message(), key="a")
    assert len(bench.delivered()) == 1


def test_the_same_key_from_another_process_is_the_same_message(channel: Channel, bench: Bench, tmp_path: Path) -> None:
    channel.send(message(), key="a")
    channel.send(message(number=2), key="b")
    another = bench.make(tmp_path)
    another.send(message(number=2), key="b")
    another.send(message(), key="a")
    assert len(bench.delivered()) == 2


def test_another_key_is_another_message(channel: Channel, bench: Bench) -> None:
    channel.send(message(), key="a")
    channel.send(message(), key="b")
    assert len(bench.delivered()) == 2


def test_a_failure_raises_and_can_be_tried_again(
    channel: Channel, bench: Bench, new_bench: Callable[[Path], Bench], tmp_path: Path
) -> None:
    bench.cut()
    with pytest.raises(OSError, match=r".") as failure:  # which error is up to the channel, that it says so is not
        channel.send(message(), key="a")
    assert not getattr(failure.value, "final", False)
    bench.mend()
    channel.send(message(), key="a")

    calm = tmp_path / "calm"
    calm.mkdir()
    other = new_bench(calm)
    other.make(calm).send(message(), key="a")
    assert [str(each).replace("calm", "") for each in bench.delivered()] == [str(each) for each in other.delivered()]


def test_no_secret_stands_in_a_channel_or_its_errors(channel: Channel, bench: Bench) -> None:
    bench.cut()
    with pytest.raises(OSError, match=r".") as failure:
        channel.send(message(), key="a")
    told = repr(channel) + str(channel) + "".join(traceback.format_exception(failure.value))
    if isinstance(channel, Addressed):
        told += channel.where
    assert [secret for secret in SECRETS if secret in told] == []


def test_the_message_is_left_as_it_was(channel: Channel) -> None:
    sent = message()
    channel.send(sent, key="a")
    assert sent == message()


def test_hostile_texts_can_be_delivered(channel: Channel, bench: Bench) -> None:
    hostile = "x\r\nBcc: all@example.org\r\n\r\n<script>*\x00\u202e\ud800" + "y" * 50_000
    sent = message() | {
        "title": hostile,
        "how_bad": hostile,
        "effect": hostile,
        "first_action": hostile,
        "evidence": [hostile] * 100,
        "columns": [hostile] * 100,
        "slices": [{hostile: hostile}] * 10,
        "links": {hostile: f"https://example.com/{'z' * 5_000}"},
        "detail": {"title": hostile, "verdicts": [{"value": 1.5, "column": hostile}] * 1_000, "cause": {}},
    }
    channel.send(sent, key=hostile)
    assert len(bench.delivered()) == 1


def test_any_thread_may_send(channel: Channel, bench: Bench) -> None:
    # Delivery sends one message of a channel at a time, but not always from the same thread.
    for key in "ab":
        thread = threading.Thread(target=channel.send, args=(message(),), kwargs={"key": key})
        thread.start()
        thread.join()
    assert len(bench.delivered()) == 2
