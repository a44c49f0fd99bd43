"""Values as YAML text that `parse` reads back as the same values.

`render` and `propose` write specifications with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

# Words, and durations such as 90d, need no quotes.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*|[1-9][0-9]*[smhdwy]")
# Words that this or another reader of YAML takes for something else than text.
_NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: object) -> str:
    """One value in the form that reads back as itself, whatever its text holds.

    Examples
    --------
    >>> scalar("temp"), scalar("no"), scalar("3"), scalar(3), scalar(True), scalar(None)
    ('temp', '"no"', '"3"', '3', 'true', 'null')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str() if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
            return str(value)
        case str():
            return '"' + "".join(_escape(character) for character in value) + '"'
        case _:
            return repr(value)


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: object) -> str:
    """A value on one line.

    Examples
    --------
    >>> flow({"metric": "psi", "span": [1, 7]})
    '{metric: psi, span: [1, 7]}'
    """
    match value:
        case Mapping():
            entries = cast("Mapping[str, Any]", value)
            return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in entries.items()) + "}"
        case str():
            return scalar(value)
        case Sequence():
            return "[" + ", ".join(flow(each) for each in cast("Sequence[Any]", value)) + "]"
        case _:
            return scalar(value)


def comment(text: str) -> str:
    """A comment of one line."""
    return f"# {''.join(character if character.isprintable() else ' ' for character in text)}"
