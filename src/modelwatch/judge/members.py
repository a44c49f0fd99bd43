"""Who is in an incident: series that come in, their worst verdicts, and the windows they fired in.

`cases` calls these for each window; members are kept in the book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from modelwatch.domain.rule import Verdict
from modelwatch.judge.book import Member, Name
from modelwatch.judge.sustain import Held
from modelwatch.judge.tracks import News
from modelwatch.judge.triage import badness
from modelwatch.judge.triage.wording import named


@dataclass(frozen=True, slots=True)
class Comer:
    """The worst of a series' verdicts that got worse, and the level that holds in the run of any of them."""

    verdict: Verdict
    held: Held


def counted(members: Sequence[Member], heard: Mapping[Name, News]) -> tuple[Member, ...]:
    """The members with what their tracks had to forget counted."""
    after: list[Member] = []
    for member in members:
        lost = heard[member.name].lost if member.name in heard else ()
        fired = sum(1 for mark in lost if mark.status.firing and mark.end >= member.since.end)
        after.append(replace(member, forgotten=member.forgotten + fired) if fired else member)
    return tuple(after)


def joined(members: Sequence[Member], comers: Sequence[Comer], heard: Mapping[Name, News]) -> tuple[Member, ...]:
    """The members with those who come, each with its worst verdict so far."""
    after = {member.name: member for member in members}
    for comer in comers:
        name = comer.verdict.rule, comer.verdict.series
        after.setdefault(name, Member(since=comer.held.since.window, worst=comer.verdict))
    for name in after.keys() & heard.keys():
        for verdict in heard[name].verdicts:
            if not verdict.inhibited and badness(verdict) > badness(after[name].worst):
                after[name] = replace(after[name], worst=verdict)
    return tuple(after.values())


def names(verdicts: Sequence[Verdict]) -> str:
    """Metrics and columns of verdicts, each once."""
    series = [each.series for each in verdicts]
    places = (f"{each.metric} of {each.column}" if each.column else each.metric for each in series)
    return named(list(dict.fromkeys(places)), "series")
