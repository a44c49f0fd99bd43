"""A home's channels from declaration to delivery: an endpoint that hangs, fails, throttles or is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import InputError, SpecError, UnknownName
from modelwatch.domain.names import ModelKey
from modelwatch.spec.channels import CHANNELS_FILE
from modelwatch.work import load_watched

MONITOR = "model: eta\ntask: none\ncolumns: {features: {temp: numeric}}\nroutes: [{to: [%s]}]\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the home is to be."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def declare(place: Path) -> Callable[..., None]:
    """Write the home's file of channels; JSON is YAML, too."""

    def declare(public_url: str | None = None, **channels: Any) -> None:
        text = json.dumps({"public_url": public_url, "channels": channels})
        (place / CHANNELS_FILE).write_text(text, "utf-8")

    return declare


def apply(place: Path, channel: str) -> None:
    """Apply a monitor that routes to a channel."""
    path = place.parent / "eta.yaml"
    path.write_text(MONITOR % channel, "utf-8")
    with Home.open(place, write=True) as home:
        home.apply(path)


def hook(endpoint: Any, **changed: Any) -> dict[str, Any]:
    return {"kind": "webhook", "url": f"{endpoint.url}/t0k3n", "allow_private": True, **changed}


def test_without_a_file_there_is_the_log(place: Path) -> None:
    with Home.open(place, write=True) as home:
        assert [(row["name"], row["kind"]) for row in home.channels()] == [("log", "log")]
        assert home.test_channel("log") is None
    assert "This is a test" in (place / "notifications.log").read_text("utf-8")


def test_channels_may_be_declared_before_the_home_is_made(place: Path, declare: Any, endpoint: Any) -> None:
    declare(ops=hook(endpoint), public_url="https://watch.example.org")
    apply(place, "ops")
    with Home.open(place, write=True) as home:
        assert home.catalog.public_url == "https://watch.example.org"
        assert "ops" in home.catalog.channels


def test_a_wrong_file_is_refused_by_who_writes_and_left_by_who_reads(place: Path, declare: Any, endpoint: Any) -> None:
    apply(place, "log")
    declare(ops={"kind": "nothing"})
    with pytest.raises(SpecError, match=r"channels\.ops\.kind"):
        Home.open(place, write=True)
    with Home.open(place) as home:
        assert home.incidents() == []
        with pytest.raises(SpecError, match=r"channels\.ops\.kind"):
            home.channels()
    declare()
    with Home.open(place, write=True):
        pass  # a refusal leaves no lock behind


def test_a_route_to_an_unknown_channel_is_refused_with_the_known_ones(place: Path, declare: Any, endpoint: Any) -> None:
    declare(ops=hook(endpoint))
    with pytest.raises(SpecError, match=r"found 'opps'; allowed: log, ops, or another once it is declared in channels"):
        apply(place, "opps")


def test_a_route_to_a_private_address_is_refused(place: Path, declare: Any, endpoint: Any) -> None:
    declare(ops=hook(endpoint, allow_private=False))
    with pytest.raises(InputError, match=r"channels.yaml: channels.ops: 127.0.0.1 leads to 127.0.0.1"):
        apply(place, "ops")


def test_a_model_is_watched_on_when_its_channel_is_no_longer_declared(place: Path, declare: Any, endpoint: Any) -> None:
    declare(ops=hook(endpoint))
    apply(place, "ops")
    (place / CHANNELS_FILE).unlink()
    with Home.open(place, write=True) as home:
        home.run()
        with home.state.reading() as tx:
            watched = load_watched(tx, home.catalog, ModelKey("eta"))
        assert watched.monitor.routes[0].to == ("ops",)


def test_a_test_says_what_came_of_it(place: Path, declare: Any, endpoint: Any) -> None:
    secret = {"env": "MODELWATCH_TEST_NOT_SET"}
    declare(ops=hook(endpoint), shut=hook(endpoint, secret=secret), out=hook(endpoint, url="http://127.0.0.1:1/"))
    apply(place, "log")
    with Home.open(place) as home:
        assert home.test_channel("ops") is None
        assert "MODELWATCH_TEST_NOT_SET is empty or not set" in str(home.test_channel("shut"))
        assert "127.0.0.1 cannot be reached" in str(home.test_channel("out"))
        endpoint.status = 302
        assert "a redirect, which is not followed" in str(home.test_channel("ops"))
        with pytest.raises(UnknownName, match="known are log, ops, out, shut"):
            home.test_channel("opps")
    assert json.loads(endpoint.requests[0].body)["type"] == "channel.test"


def test_only_known_channels_are_resumed(place: Path) -> None:
    with Home.open(place, write=True) as home:
        assert home.resume_channel("log") == 0
        with pytest.raises(UnknownName, match=r"known are log; others are declared in channels\.yaml"):
            home.resume_channel("ops")
