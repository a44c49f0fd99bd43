"""The memory of one model's incidents: what each rule said of each series lately, and which incidents are on.

`incidents.advance` turns one book and new verdicts into the next book; `work` keeps it as bytes in the
model's state.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import msgspec

from modelwatch.domain.errors import InputError
from modelwatch.domain.incident import Incident, State
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.rule import Verdict
from modelwatch.judge.triage import Story

VERSION = 1
LATELY = 40
"""Windows with a value that a track remembers, more where its rule has to hold for longer."""

Name = tuple[str, Series]
"""A track's name: the rule and the series, version included."""


class Mark(NamedTuple):
    """What a rule said of one window that had a value; a tuple, as a book stores thousands of them."""

    start: int
    end: int
    status: Status
    value: float | None
    distance: float | None
    provisional: bool
    threshold: float | None = None  # this and the next only where it fires: what a story needs to be told again
    noise_floor: float | None = None

    @property
    def window(self) -> Window:
        """The window spoken of."""
        return Window(self.start, self.end)

    @classmethod
    def of(cls, verdict: Verdict) -> Mark | None:
        """The mark of a verdict; None for one that says nothing: no value, not judged, or inhibited."""
        if verdict.inhibited or verdict.status in (Status.NOT_COMPUTED, Status.NO_DATA):
            return None
        start, end, status = verdict.window.start, verdict.window.end, verdict.status
        yardsticks = (verdict.threshold, verdict.noise_floor) if status.firing else ()
        return cls(start, end, status, verdict.value, verdict.distance, verdict.provisional, *yardsticks)

    def verdict(self, name: Name) -> Verdict:
        """The verdict it was made of."""
        rule, series = name
        return Verdict(
            rule=rule,
            series=series,
            window=self.window,
            value=self.value,
            threshold=self.threshold,
            noise_floor=self.noise_floor,
            status=self.status,
            distance=self.distance,
            provisional=self.provisional,
        )

    def worse_than(self, other: Mark | None) -> bool:
        """Whether this says worse of the window than before; the first word does if it fires."""
        if not self.status.firing or other is None:
            return self.status.firing
        if self.status is not other.status:
            return self.status.rank > other.status.rank
        return (self.distance or 0.0) > (other.distance or 0.0)


@dataclass(frozen=True, slots=True)
class Track:
    """The marks of one rule on one series, oldest first, at most one a window.

    `told` is the newest window end the book knew when the track last heard something new.
    """

    marks: tuple[Mark, ...] = ()
    told: int = 0

    def at(self, end: int) -> Mark | None:
        """The mark of the window that ends there."""
        return next((mark for mark in reversed(self.marks) if mark.end == end), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One series of an incident: its worst verdict, and the firing windows the track no longer remembers.

    `since` is the first window of the run with which it came in.
    """

    since: Window
    worst: Verdict
    forgotten: int = 0

    @property
    def name(self) -> Name:
        """The name of its track."""
        return self.worst.rule, self.worst.series


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident with what its state hangs on; `closed` is the newest window end at its resolution."""

    incident: Incident
    members: tuple[Member, ...]
    story: Story
    closed: int | None = None

    @property
    def open(self) -> bool:
        """Whether the incident still goes on."""
        return self.incident.state is not State.RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All that the incidents of one model and environment depend on; a value, changed by `advance` alone.

    `cases` holds at most one incident of a kind: the open one, or one resolved so lately that it may reopen.
    Where numbers run over many models, set `next_id` before and read it after each advance.

    Examples
    --------
    >>> book = Book(next_id=7)
    >>> Book.from_bytes(book.to_bytes()) == book
    True
    """

    tracks: Mapping[Name, Track] = field(default_factory=dict[Name, Track])
    ends: tuple[int, ...] = ()
    cases: tuple[Case, ...] = ()
    next_id: int = 1

    @property
    def open(self) -> tuple[Incident, ...]:
        """The incidents that go on, by number."""
        return tuple(sorted((case.incident for case in self.cases if case.open), key=lambda incident: incident.id))

    def windows_after(self, end: int) -> int:
        """How many windows the book has seen that end later."""
        return sum(1 for each in self.ends if each > end)

    def fired(self, member: Member) -> tuple[int, ...]:
        """Ends of the windows still remembered in which a member fired since it came in, oldest first."""
        marks = self.tracks[member.name].marks
        return tuple(mark.end for mark in marks if mark.status.firing and mark.end >= member.since.end)

    def held(self, incident_id: int) -> dict[Name, int]:
        """In how many windows each series of an incident fired; empty for one that is no longer kept."""
        return {
            member.name: member.forgotten + len(self.fired(member))
            for case in self.cases
            if case.incident.id == incident_id
            for member in case.members
        }

    def amended(self, incident: Incident) -> Book:
        """The book with an incident that people changed: acknowledged it, or added to its timeline."""
        cases = tuple(
            replace(case, incident=incident) if case.incident.id == incident.id else case for case in self.cases
        )
        return replace(self, cases=cases)

    def to_bytes(self) -> bytes:
        """The book in one version byte and compressed MessagePack; equal books give equal bytes."""
        rows = [
            (rule, series, track) for (rule, series), track in sorted(self.tracks.items(), key=lambda item: item[0])
        ]
        wire = _Wire(rows, self.ends, self.cases, self.next_id)
        return bytes([VERSION]) + zlib.compress(_ENCODER.encode(wire), level=1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Book:
        """Read what `to_bytes` wrote.

        Raises
        ------
        InputError
            If the bytes are damaged, or were written by a later release.
        """
        if data[:1] != bytes([VERSION]):
            found = data[0] if data else "none"
            raise InputError(f"the book of incidents has version {found}: this release reads {VERSION}")
        try:
            wire = _DECODER.decode(zlib.decompress(data[1:]))
        except (zlib.error, msgspec.MsgspecError) as error:
            raise InputError(f"the book of incidents is damaged: {error}") from error
        tracks = {(rule, series): track for rule, series, track in wire.tracks}
        return cls(tracks=tracks, ends=wire.ends, cases=wire.cases, next_id=wire.next_id)


class _Wire(msgspec.Struct, array_like=True):
    tracks: list[tuple[str, Series, Track]]
    ends: tuple[int, ...]
    cases: tuple[Case, ...]
    next_id: int


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(_Wire)
