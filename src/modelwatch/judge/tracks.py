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
class News:
    """What was new of one series: verdicts oldest first, those that got worse, and the marks forgotten for them."""

    verdicts: tuple[Verdict, ...] = ()
    worse: tuple[Verdict, ...] = ()
    lost: tuple[Mark, ...] = ()

    def __add__(self, other: News) -> News:
        return News(self.verdicts + other.verdicts, self.worse + other.worse, self.lost + other.lost)


def record(
    tracks: Mapping[Name, Track],
    verdicts: Iterable[Verdict],
    *,
    newest: int,
    rules: Mapping[str, Rule],
    size: int,
) -> tuple[dict[Name, Track], dict[Name, News]]:
    """Write the verdicts of one or several windows, in the order of their ends.

    Parameters
    ----------
    tracks
        Left as they are.
    verdicts
        At most one of a rule, series and window: its last revision.
    newest
        The newest window end known, one of these windows' or a later one's.
    rules
        By their id.
    size
        Length of a window in microseconds.

    Returns
    -------
    tuple
        The new tracks, and what was new by track.
    """
    after, heard = dict(tracks), dict[Name, News]()
    for verdict in sorted(verdicts, key=lambda each: each.window.end):
        name = verdict.rule, verdict.series
        room = memory(verdict.series, rules.get(verdict.rule), size)
        written = _write(after.get(name, Track()), verdict, newest, room)
        if written is not None:
            after[name], news = written
            heard[name] = heard.get(name, News()) + news
    return after, heard


def _write(track: Track, verdict: Verdict, newest: int, room: int) -> tuple[Track, News] | None:
    mark, end = Mark.of(verdict), verdict.window.end
    if mark is not None and (not track.marks or track.marks[-1].end < end):  # a new window, as a rule
        marks = (*track.marks, mark)
        return Track(marks[-room:], newest), _news(verdict, mark.worse_than(None), marks[:-room])
    before = track.at(end)
    if mark == before:
        return None
    others = tuple(each for each in track.marks if each is not before)
    if mark is None:
        return replace(track, marks=others), News((verdict,))
    if before is None and len(others) >= room and end < others[0].end:
        return None  # older than what is remembered: nobody can tell whether it got worse
    marks = tuple(sorted((*others, mark), key=lambda each: each.end))
    return Track(marks[-room:], newest), _news(verdict, mark.worse_than(before), marks[:-room])


def _news(verdict: Verdict, worse: bool, lost: tuple[Mark, ...]) -> News:
    return News((verdict,), (verdict,) if worse else (), lost)
