"""The file `channels.yaml` of a home: which channels there are, of which kind, and where their secrets stand.

`app` reads it when a home is opened and makes the channels; their kinds, built in or not, come from the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from modelwatch.catalog import ChannelKind, Form, Setting, Shelf
from modelwatch.domain.secret import Secret
from modelwatch.spec.containers import ListOf
from modelwatch.spec.faults import Faults
from modelwatch.spec.keys import DEFAULT_CHANNEL
from modelwatch.spec.nodes import Entries, Node, Scalar, read_nodes
from modelwatch.spec.rule_keys import LINK
from modelwatch.spec.scalars import Choice, Flag, Name, NotAllowed, Text, Whole
from modelwatch.spec.shapes import MISSING, Key, Object, Place, Shape, read_below, unfit

CHANNELS_FILE = "channels.yaml"
_PLACES = Object(
    {
        "env": Key(shape=Text("the name of an environment variable"), help="The variable that holds it."),
        "file": Key(shape=Text("the path of a file"), help="The file that holds it."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredChannel:
    """One channel as it was declared; `settings` has a value for every setting of its kind."""

    name: str
    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFile:
    """All channels of a home, and the address at which people reach modelwatch (empty: none)."""

    channels: tuple[DeclaredChannel, ...] = ()
    public_url: str = ""


def parse_channels(
    text: str, kinds: Shelf[ChannelKind], *, source: str = CHANNELS_FILE, folder: Path = Path()
) -> ChannelFile:
    """Read the text of a `channels.yaml`.

    Parameters
    ----------
    text
        The YAML.
    kinds
        The kinds of channels that there are.
    source
        What messages call the text.
    folder
        Where the paths of secrets start.

    Raises
    ------
    SpecError
        If anything is wrong. It tells every fault: line and column, key, what was found and what is allowed, but
        nothing that may be a secret.

    Examples
    --------
    >>> from modelwatch.catalog import Catalog
    >>> parse_channels("public_url: https://watch.example.org", Catalog().channel_kinds).public_url
    'https://watch.example.org'
    """
    faults = Faults(source)
    keys = Object(
        {
            "public_url": Key(shape=LINK, help="Where people reach modelwatch; messages link to it."),
            "channels": Key(shape=_Channels(kinds), help="The channels, by name."),
        }
    )
    raw = keys.read(read_nodes(text, faults), Place(faults))
    faults.raise_any()
    channels = tuple(
        replace(each, settings={name: _below(folder, value) for name, value in each.settings.items()})
        for each in raw["channels"] or ()
    )
    return ChannelFile(channels=channels, public_url=(raw["public_url"] or "").rstrip("/"))


def _below(folder: Path, value: Any) -> Any:
    """A value with the files of its secrets in a folder, unless their paths are absolute."""
    match value:
        case Secret() if value.file:
            return replace(value, file=str(folder / value.file))
        case tuple():
            return tuple(_below(folder, each) for each in cast("tuple[Any, ...]", value))
        case _:
            return value


@dataclass(frozen=True, slots=True)
class _Channels:
    """Names with one channel each."""

    kinds: Shelf[ChannelKind]

    def read(self, node: Node, place: Place) -> Any:
        if not isinstance(node, Entries):
            return unfit(self, node, place)
        found = [self._channel(name, value, place.below(name.text)) for name, value in node.pairs]
        return tuple(each for each in found if each is not None)

    def _channel(self, name: Scalar, node: Node, place: Place) -> DeclaredChannel | None:
        if name.text == DEFAULT_CHANNEL:
            place.refuse(name, f"found the name {name.text!r}, which is built in; allowed: another name")
        if Name().read(name, place) is MISSING:
            return None
        if not isinstance(node, Entries):
            unfit(self, node, place)
            return None
        kind = self._kind(node, place)
        if kind is None:
            return None
        keys = {setting.name: _key(setting) for setting in kind.settings}
        raw = Object({"kind": Key(shape=Text(), help="", required=True), **keys}).read(node, place)
        return DeclaredChannel(name=name.text, kind=kind.name, settings={each: raw[each] for each in keys})

    def _kind(self, node: Entries, place: Place) -> ChannelKind | None:
        choice = Choice(self.kinds.names())
        written = next((value for key, value in node.pairs if key.text == "kind"), None)
        if written is None:
            place.below("kind").refuse(node, f"found nothing; allowed: {choice.allowed()}")
            return None
        word = read_below(choice, written, place, "kind")
        return None if word is MISSING else self.kinds.get(word)

    def allowed(self) -> str:
        return "a name for each channel, and below it its kind and its settings"

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "object", "required": ["kind"]}}


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A text that is never shown, or where it stands; read as a `Secret`."""

    what: str
    text: Text

    def read(self, node: Node, place: Place) -> Any:
        if isinstance(node, Entries):
            given = {name: value for name, value in _PLACES.read(node, place).items() if value}
            if len(given) == 1:
                return Secret(**given)
            return place.refuse(node, f"found {' and '.join(given) or 'neither'}; allowed: either env or file")
        try:
            if isinstance(node, Scalar) and not node.empty:
                return Secret(text=self.text.value(node))
        except NotAllowed:
            pass
        return place.refuse(node, f"found something else, not shown here; allowed: {self.allowed()}")

    def allowed(self) -> str:
        return f"{self.what}, or {{env: NAME}} or {{file: PATH}} that hold it"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.text.schema(), _PLACES.schema()]}


_SECRET = _Hidden("a secret as text", Text())
_SHAPES: dict[Form, Shape] = {
    Form.TEXT: Text(),
    Form.TEXTS: ListOf(Text(), "texts", at_least=1, lone=True),
    Form.WHOLE: Whole(1, 65_535),
    Form.FLAG: Flag(),
    Form.ADDRESS: _Hidden(LINK.allowed(), LINK),
    Form.SECRET: _SECRET,
    Form.SECRETS: ListOf(_SECRET, "secrets", at_least=1, lone=True),
}


def _key(setting: Setting) -> Key:
    return Key(shape=_SHAPES[setting.form], help=setting.help, required=setting.required, default=setting.default)
