"""Write verdicts into the tracks of a book, and tell which of them say worse than was said before.

First step of `incidents.advance`; a verdict that says nothing new leaves no trace, so that a replay changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from modelwatch.domain.rule import Rule, Verdict
from modelwatch.judge.book import Mark, Name, Track
from modelwatch.judge.sustain import memory


@dataclass(frozen=True, slots=True)
class Heard:
    """A verdict that said something new; `lost` are the marks its track had to forget for it."""

    verdict: Verdict
    worse: bool
    lost: tuple[Mark, ...] = ()


def record(
    tracks: Mapping[Name, Track],
    verdicts: Iterable[Verdict],
    *,
    newest: int,
    rules: Mapping[str, Rule],
    size: int,
) -> tuple[dict[Name, Track], dict[Name, Heard]]:
    """Write the verdicts of one window.

    Parameters
    ----------
    tracks
        Left as they are.
    verdicts
        At most one of a rule and series: its last revision.
    newest
        The newest window end known, this window's or a later one's.
    rules
        By their id.
    size
        Length of a window in microseconds.

    Returns
    -------
    tuple
        The new tracks, and what was new by track.
    """
    after, heard = dict(tracks), dict[Name, Heard]()
    for verdict in verdicts:
        name = verdict.rule, verdict.series
        room = memory(verdict.series, rules.get(verdict.rule), size)
        written = _write(after.get(name, Track()), verdict, newest, room)
        if written is not None:
            after[name], heard[name] = written
    return after, heard


def _write(track: Track, verdict: Verdict, newest: int, room: int) -> tuple[Track, Heard] | None:
    mark, end = Mark.of(verdict), verdict.window.end
    if mark is not None and (not track.marks or track.marks[-1].end < end):  # a new window, as a rule
        marks = (*track.marks, mark)
        return Track(marks[-room:], newest), Heard(verdict, mark.worse_than(None), marks[:-room])
    before = track.at(end)
    if mark == before:
        return None
    others = tuple(each for each in track.marks if each is not before)
    if mark is None:
        return replace(track, marks=others), Heard(verdict, worse=False)
    if before is None and len(others) >= room and end < others[0].end:
        return None  # older than what is remembered: nobody can tell whether it got worse
    marks = tuple(sorted((*others, mark), key=lambda each: each.end))
    return Track(marks[-room:], newest), Heard(verdict, mark.worse_than(before), marks[:-room])
