"""The file of channels: read whole or refused whole, every fault with its line, no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelwatch.catalog import Catalog, ChannelKind, Form, Setting, Shelf
from modelwatch.domain.errors import SpecError
from modelwatch.domain.secret import Secret
from modelwatch.spec.channels import DeclaredChannel, parse_channels

TEXT = """\
public_url: https://watch.example.org/
channels:
  ops: {kind: post, url: https://example.org/t0k3n, secret: [{env: OLD}, {file: new.txt}, text], to: a}
  team: {kind: post, url: {env: TEAM_URL}, to: [a, b], port: 25, loud: true}
"""


def _no_channel(name: str, given: object) -> None:
    raise AssertionError(f"{name} is made where the file is read")


@pytest.fixture
def kinds() -> Shelf[ChannelKind]:
    """One kind, with a setting of every form."""
    settings = (
        Setting(name="url", form=Form.ADDRESS, required=True, help="h"),
        Setting(name="secret", form=Form.SECRETS, help="h"),
        Setting(name="key", form=Form.SECRET, default="k", help="h"),
        Setting(name="to", form=Form.TEXTS, required=True, help="h"),
        Setting(name="sender", form=Form.TEXT, default="me", help="h"),
        Setting(name="port", form=Form.WHOLE, default=587, help="h"),
        Setting(name="loud", form=Form.FLAG, default=False, help="h"),
    )
    shelf = Catalog().channel_kinds
    shelf.add(ChannelKind(name="post", help="h", settings=settings, make=_no_channel))  # type: ignore[arg-type]
    return shelf


def test_every_form_of_setting_is_read(kinds: Shelf[ChannelKind]) -> None:
    read = parse_channels(TEXT, kinds)
    assert read.public_url == "https://watch.example.org"
    usual = {"key": Secret(text="k"), "sender": "me"}
    assert read.channels == (
        DeclaredChannel(
            name="ops",
            kind="post",
            settings={
                "url": Secret(text="https://example.org/t0k3n"),
                "secret": (Secret(env="OLD"), Secret(file="new.txt"), Secret(text="text")),
                "to": ("a",),
                "port": 587,
                "loud": False,
                **usual,
            },
        ),
        DeclaredChannel(
            name="team",
            kind="post",
            settings={
                "url": Secret(env="TEAM_URL"),
                "secret": None,
                "to": ("a", "b"),
                "port": 25,
                "loud": True,
                **usual,
            },
        ),
    )
    assert "t0k3n" not in repr(read)


@pytest.mark.parametrize("text", ["", "channels:", "public_url:", "channels: {}"])
def test_nothing_declared_is_fine(kinds: Shelf[ChannelKind], text: str) -> None:
    assert parse_channels(text, kinds).channels == ()


PLACES = "or {env: NAME} or {file: PATH} that hold it"


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("{}", "line 2, column 6: channels.a.kind: found nothing; allowed: post"),
        ("{kind: psot}", "column 13: channels.a.kind: found 'psot'; allowed: post; did you mean 'post'?"),
        ("[]", "channels.a: found a list; allowed: a name for each channel, and below it its kind and its settings"),
        ("{kind: post, url: {env: U}}", "channels.a.to: found nothing; allowed: a list of texts that is not empty"),
        (
            "{kind: post, to: b}",
            f"url: found nothing; allowed: an address that starts with https:// or http://, {PLACES}",
        ),
        ("{kind: post, to: b, url: s3cr3t}", "column 31: channels.a.url: found something else, not shown here"),
        ("{kind: post, to: b, url: {env: A, file: B}}", "channels.a.url: found env and file; allowed: either env or"),
        ("{kind: post, to: b, url: {}}", "channels.a.url: found neither; allowed: either env or file"),
        ("{kind: post, to: b, url: {var: A}}", "channels.a.url.var: found an unknown key; allowed: env, file"),
        (
            "{kind: post, to: b, url: {env: A}, key: [s3cr3t]}",
            "found something else, not shown here; allowed: a secret",
        ),
        ("{kind: post, to: b, url: {env: A}, port: 0}", "found '0'; allowed: a whole number from 1 to 65535"),
        ("{kind: post, to: b, url: {env: A}, loud: yes}", "found 'yes'; allowed: true, false"),
        ("{kind: post, to: b, url: {env: A}, ulr: s3cr3t}", "channels.a.ulr: found an unknown key; allowed: kind, url"),
    ],
)
def test_what_is_wrong_is_told_without_secrets(kinds: Shelf[ChannelKind], channel: str, told: str) -> None:
    with pytest.raises(SpecError) as refusal:
        parse_channels(f"channels:\n  a: {channel}\n", kinds)
    assert told in str(refusal.value)
    assert "channels.yaml" in str(refusal.value)
    assert "s3cr3t" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("channels: [a]", "channels: found a list; allowed: a name for each channel"),
        ("channels: {Ops: {kind: post}}", "channels.Ops: found 'Ops'; allowed: at most 64 lower-case letters"),
        ("channels: {log: {kind: post}}", "channels.log: found the name 'log', which is built in"),
        ("public_url: watch", "public_url: found 'watch'; allowed: an address that starts with https:// or http://"),
        ("chanels: {}", "chanels: found an unknown key; allowed: public_url, channels; did you mean 'channels'?"),
    ],
)
def test_names_and_keys_are_strict(kinds: Shelf[ChannelKind], text: str, told: str) -> None:
    with pytest.raises(SpecError) as refusal:
        parse_channels(text, kinds)
    assert told in str(refusal.value)


def test_files_of_secrets_are_found_from_the_folder(kinds: Shelf[ChannelKind], tmp_path: Path) -> None:
    text = f"channels: {{a: {{kind: post, to: b, url: {{file: u.txt}}, secret: [{{file: {tmp_path}/s}}, {{env: E}}]}}}}"
    [read] = parse_channels(text, kinds, folder=Path("home")).channels
    assert read.settings["url"] == Secret(file=str(Path("home") / "u.txt"))
    assert read.settings["secret"] == (Secret(file=f"{tmp_path}/s"), Secret(env="E"))
