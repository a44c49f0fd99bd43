"""A message as labelled lines and a headline, cut to the room there is: what every channel sets in its own form.

`message` decides what is said; the channels ask here for the order, the labels and the lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from modelwatch.act.ending import LISTED

MARK_BYTES = 8
WHERE = 3  # slices
WHY = 4  # lines of evidence; all of them stand with the incident
_CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One labelled line, or with `items` a list of them."""

    label: str
    text: str = ""
    items: tuple[str, ...] = ()


def headline(message: Mapping[str, Any]) -> str:
    """How bad, which model, what.

    Examples
    --------
    >>> headline({"severity": "ok", "model": "eta", "env": "prod", "project": "default", "title": "temp is back"})
    'OK  eta  temp is back'
    """
    severity = str(message["severity"]).replace("_", " ").upper()
    return f"{severity}  {model_of(message)}  {printable(message['title'])}"


def model_of(message: Mapping[str, Any]) -> str:
    """The model, with its environment and project where they are not the usual ones.

    Examples
    --------
    >>> model_of({"model": "eta", "env": "test", "project": "rides"})
    'rides/eta (test)'
    """
    name = message["model"] if message["env"] == "prod" else f"{message['model']} ({message['env']})"
    return name if message["project"] == "default" else f"{message['project']}/{name}"


def facts(message: Mapping[str, Any]) -> Iterator[Fact]:
    """What a message says below its headline; what is empty is left out. Texts are printable."""
    cause = str(message["cause"]).replace("_", " ")
    until = f" until {message['until']}" if message["until"] else ""
    why_now = f" ({message['held_back']})" if message.get("held_back") else ""
    first = f", first {message['first']}" if message["first"] != message["since"] else ""
    columns = message["columns"] if len(message["columns"]) > LISTED else ()  # a title names a few
    lines: list[tuple[str, str | tuple[str, ...]]] = [
        (message["what"], f"incident {message['incident']}, {cause}, since {message['since']}{first}{until}{why_now}"),
        ("How bad", "; ".join(filter(None, (message["how_bad"], message["effect"])))),
        ("Peak", message["peak"]),
        ("Why", tuple(message["evidence"][:WHY])),
        ("Columns", ", ".join(columns)),
        ("Slices", "; ".join(message["where"][:WHERE])),
        ("Do first", message["first_action"]),
        ("Look", message["look"]),
    ]
    for label, said in lines:
        if isinstance(said, str):
            fact = Fact(label=label, text=printable(said))
        else:
            fact = Fact(label=label, items=tuple(printable(line) for line in said))
        if fact.text or fact.items:
            yield fact


def links(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The addresses of a message with what they lead to."""
    for name, address in message["links"].items():
        yield printable(name).capitalize(), printable(address)


def mark(key: str) -> str:
    """The same 16 letters and digits whenever the same message is meant, whatever its key holds.

    Examples
    --------
    >>> mark("default/eta/prod/1/opened/critical/2024-01-02T00:00:00Z")
    '95390ce603e8bd13'
    """
    return blake2b(key.encode("utf-8", "backslashreplace"), digest_size=MARK_BYTES).hexdigest()


def limited(text: str, runes: int) -> str:
    """A text of at most so many characters, the last one an ellipsis where it was cut.

    Examples
    --------
    >>> limited("temperature", 5)
    'temp…'
    """
    return text if len(text) <= runes else text[: runes - 1] + _CUT


def printable(text: str) -> str:
    r"""A text in which everything that cannot be printed is escaped: it comes from data.

    Examples
    --------
    >>> printable("a\nb")
    'a\\nb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
