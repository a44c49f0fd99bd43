"""The stored lines of evidence of an incident, each with what it does for the cause.

`judge` writes them as sentences; what is ruled out shares one, which is taken apart here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from modelwatch.read.case import Case

Role = Literal["found", "ruled_out", "unclear", "when"]
_RULED_OUT, _NO_EVENT = "Ruled out: ", "No deployment or other event"
_SLICES, _ALIKE = "Slices: ", "Alike in "
_UNCLEAR = ("too little to tell", "is not known yet")
_GLANCE = 150  # characters
_OVER = re.compile(r" over \d+ windows$")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line: what was `found`, what is `ruled_out`, what is `unclear`, or `when` something fired."""

    role: Role
    text: str


def evidence(case: Case) -> tuple[Evidence, ...]:
    """The lines in the order of what they do, otherwise as stored."""
    lines = [line for text in case.body["cause"]["evidence"] for line in _told(case, text)]
    order = ("found", "ruled_out", "unclear", "when")
    return tuple(sorted(lines, key=lambda line: order.index(line.role)))


def reasons(lines: Sequence[Evidence]) -> tuple[str, ...]:
    """What was found, as many lines of it as a glance takes in.

    Examples
    --------
    >>> reasons([Evidence("found", "All 7 columns began at once"), Evidence("ruled_out", "Rows as usual")])
    ('All 7 columns began at once',)
    """
    found = [line.text for line in lines if line.role == "found"]
    return tuple(found[: 2 if sum(map(len, found[:2])) <= _GLANCE else 1])


def slices_say(case: Case) -> str:
    """Whether slices differ, in the words of the evidence; empty where nothing was compared."""
    for line in evidence(case):
        if line.text.startswith(_SLICES):
            text = line.text.removeprefix(_SLICES)
            return text[:1].upper() + text[1:]
        if line.text.startswith(_ALIKE):
            return line.text
    return ""


def _told(case: Case, text: str) -> Iterator[Evidence]:
    if text.startswith(_RULED_OUT):
        for part in text.removeprefix(_RULED_OUT).split("; "):
            yield Evidence("ruled_out", part[:1].upper() + part[1:])
    elif text.startswith(_NO_EVENT):
        yield Evidence("ruled_out", text)
    elif any(part in text for part in _UNCLEAR):
        yield Evidence("unclear", text)
    elif _OVER.sub("", text.partition(": ")[0]) in _titles(case):
        yield Evidence("when", text)
    else:
        yield Evidence("found", text)


def _titles(case: Case) -> set[str]:
    return {case.title(verdict["metric"]) for verdict in case.body["verdicts"]}
