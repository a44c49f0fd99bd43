"""One incident at a time: who is in it, how bad it is, whether it is over, and how it is told.

`incidents.advance` asks a `Desk` to turn each case with the verdicts of one window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Cause, Incident, Kind, Moment, State
from modelwatch.domain.measurement import Status, worst
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Rule, Verdict
from modelwatch.judge.book import Book, Case, Member, Name
from modelwatch.judge.members import Comer, counted, joined, names
from modelwatch.judge.sustain import PATIENCE, held
from modelwatch.judge.tracks import Heard
from modelwatch.judge.triage import Context, Finding, Matter, Story, kept, ranked, tell

CLEAR = 2  # ok windows running that make a recovery, and milder ones that let a severity fall
PASSING = 0.1  # of the windows of the longest series, below which one that is fine again just passed by
_TIMELINE = 200


class Turn(StrEnum):
    """What happened to an incident; `updated` alone is not worth a message."""

    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    DEESCALATED = "deescalated"
    UPDATED = "updated"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One turn of one incident, as the incident stood right after it."""

    kind: Turn
    incident: Incident
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one call of `advance` knows besides the book and the verdicts; `rules` are by their id."""

    key: ModelKey
    instant: int
    context: Context
    catalog: Catalog
    rules: Mapping[str, Rule]

    def metric(self, name: str) -> Metric | None:
        """The catalogue's record, None for a metric whose plugin is gone."""
        return self.catalog.metrics.get(name) if name in self.catalog.metrics else None

    def fresh(self, kind: Kind, number: int, comers: Sequence[Comer]) -> Case:
        """A case that has not opened yet: dated by the first firing window of those who come."""
        incident = Incident(
            id=number,
            key=self.key,
            kind=kind,
            state=State.RESOLVED,
            severity=Status.OK,
            title="",
            opened=self.instant,
            resolved=None,
            window=min((comer.held.since.window for comer in comers), key=lambda window: (window.end, -window.start)),
            verdicts=(),
            cause=Cause(kind=kind),
        )
        return Case(incident=incident, members=(), story=Story(title="", cause=incident.cause))

    def turned(
        self, book: Book, case: Case, comers: Sequence[Comer], heard: Mapping[Name, Heard]
    ) -> tuple[Case, list[Change]]:
        """A case after one window, and what happened to it: one change, and then perhaps its resolution."""
        case = replace(case, members=counted(case.members, heard))
        if not case.open and not comers:
            return case, []
        before = case
        case = replace(case, members=joined(case.members, comers, heard))
        severity, turn = self._severity(book, case, comers, heard)
        known = {each.name for each in before.members}
        new = [each.worst for each in case.members if each.name not in known]
        case = self._retold(book, before, case, severity, turn)
        case = replace(case, incident=self._noted(case.incident, _moment(turn, case.incident, new)))
        changes = [self._change(turn, case)] if case.incident != before.incident else []
        waiting = [each for each in case.members if not self._recovered(book, each)]
        if all(self._gone(book, each) for each in waiting):
            case = self._resolved(book, case, waiting)
            changes.append(self._change(Turn.RESOLVED, case))
        return case, changes

    def _severity(
        self, book: Book, case: Case, comers: Sequence[Comer], heard: Mapping[Name, Heard]
    ) -> tuple[Status, Turn]:
        come = worst(*(comer.held.status for comer in comers))
        severity = case.incident.severity
        if not case.open:
            return come, Turn.REOPENED if case.incident.verdicts else Turn.OPENED
        if come.rank > severity.rank:
            return come, Turn.ESCALATED
        # a revision of an old window may have raised it: only news lets it fall
        if severity is Status.CRITICAL and any(each.name in heard for each in case.members):
            lately = worst(*(self._lately(book, each) for each in case.members))
            if lately is Status.WARNING:
                return lately, Turn.DEESCALATED
        return severity, Turn.UPDATED

    def _lately(self, book: Book, member: Member) -> Status:
        """The worst level that a member held in its last two windows."""
        rule, series = member.name
        metric, size = self.metric(series.metric), self.context.window.length
        holding = held(book.tracks[member.name], series, self.rules.get(rule), metric, size)
        return worst(*(each.status for each in holding[-CLEAR:] if each))

    def _recovered(self, book: Book, member: Member) -> bool:
        last = book.tracks[member.name].marks[-CLEAR:]
        return len(last) == CLEAR and not any(mark.status.firing for mark in last)

    def _gone(self, book: Book, member: Member) -> bool:
        return book.windows_after(book.tracks[member.name].told) >= PATIENCE

    def _findings(self, book: Book, case: Case) -> tuple[Finding, ...]:
        found = [
            Finding(
                verdict=member.worst,
                metric=self.metric(member.worst.series.metric),
                rule=self.rules.get(member.worst.rule),
                since=member.since,
                ends=book.fired(member),
                forgotten=member.forgotten,
                recovered=self._recovered(book, member),
            )
            for member in case.members
        ]
        return ranked(found, self.context.features)

    def _matter(self, kind: Kind, findings: Sequence[Finding]) -> Matter:
        """What the story is told from: a series that passed by and is fine again has no part in it."""
        most = max(finding.held for finding in findings)
        lasting = tuple(each for each in findings if not each.recovered or each.held >= PASSING * most)
        return Matter(kind=kind, findings=lasting, context=self.context, catalog=self.catalog)

    def _retold(self, book: Book, before: Case, case: Case, severity: Status, turn: Turn) -> Case:
        """Bring the incident up to its members; the story is told anew only if something in it changed."""
        findings = self._findings(book, case)
        matter = self._matter(case.incident.kind, findings)
        worse = [each.worst for each in case.members] != [each.worst for each in before.members]
        same = turn is Turn.UPDATED and not worse and case.story.cause.columns == matter.columns
        story = case.story if same else tell(matter)
        counts: dict[str, int] = {}
        for finding in findings:
            place = finding.column or finding.verdict.series.metric
            counts[place] = max(finding.held, counts.get(place, 0))
        cause = story.cause
        # whoever acknowledged it did not know of these
        anew = turn in (Turn.OPENED, Turn.REOPENED, Turn.ESCALATED)
        incident = replace(
            case.incident,
            state=State.OPEN if anew else case.incident.state,
            severity=severity,
            peak=worst(case.incident.peak, severity),
            title=story.title,
            resolved=None,
            verdicts=tuple(finding.verdict for finding in findings),
            cause=replace(
                cause, evidence=cause.evidence + kept(matter), impact={**cause.impact, "windows_held": counts}
            ),
        )
        return replace(case, incident=incident, story=story, closed=None)

    def _resolved(self, book: Book, case: Case, gone: Sequence[Member]) -> Case:
        text = f"resolved: {CLEAR} ok windows running"
        if gone:
            series = names([each.worst for each in gone])
            text = f"resolved: no value for {PATIENCE} windows of {series}, which is no longer waited for"
        incident = replace(self._noted(case.incident, text), state=State.RESOLVED, resolved=self.instant)
        incident = replace(incident, severity=incident.peak)
        return replace(case, incident=incident, closed=book.ends[-1])

    def _noted(self, incident: Incident, text: str) -> Incident:
        if not text:
            return incident
        timeline = (*incident.timeline, Moment(at=self.instant, text=text))
        if len(timeline) > _TIMELINE:  # how it began stays, and what came last
            timeline = (timeline[0], *timeline[-_TIMELINE + 1 :])
        return replace(incident, timeline=timeline)

    def _change(self, turn: Turn, case: Case) -> Change:
        return Change(kind=turn, incident=case.incident, at=self.instant)


def _moment(turn: Turn, incident: Incident, new: Sequence[Verdict]) -> str:
    """What the timeline says of a turn, nothing of one that only repeats."""
    by = f"joined by {names(new)}" if new else ""
    match turn:
        case Turn.OPENED | Turn.REOPENED:
            return f"{turn} at {incident.severity}: {incident.title}"
        case Turn.ESCALATED:
            return ", ".join(filter(None, (f"rose to {incident.severity}", by)))
        case Turn.DEESCALATED:
            return ", ".join(filter(None, (f"fell to {incident.severity}", by)))
        case _:
            return by
