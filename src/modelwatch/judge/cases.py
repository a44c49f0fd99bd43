"""One incident at a time: who is in it, how bad it is, whether it is over, and how it is told.

`incidents.advance` asks a `Desk` to turn each case with the verdicts of one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Cause, Incident, Kind, Moment, State
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Status, worst
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Rule, Verdict
from modelwatch.judge.book import Book, Case, Member, Name
from modelwatch.judge.members import Comer, counted, joined, names
from modelwatch.judge.sustain import PATIENCE, held
from modelwatch.judge.tracks import News
from modelwatch.judge.triage import Context, Finding, Matter, Other, Story, advised, ranked, tell

CLEAR = 2  # ok windows running that make a recovery, and milder ones that let a severity fall
PASSING = 0.1  # of the windows of the longest series, below which one that is fine again just passed by
_TIMELINE = 200


class Turn(StrEnum):
    """What happened to an incident; it has `ended` once it was resolved for too long to reopen."""

    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    DEESCALATED = "deescalated"
    UPDATED = "updated"
    RESOLVED = "resolved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One turn of one incident, as the incident stood right after it."""

    kind: Turn
    incident: Incident
    at: int


@dataclass(frozen=True, slots=True)
class _Turned:
    """A turn with the severity after it and, of one that reopens, the first window since."""

    kind: Turn
    severity: Status
    since: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one call of `advance` knows besides the book and the verdicts.

    `size` is the length of a window in microseconds, `contexts` gives what else is known of one, `rules` are by
    their id.
    """

    key: ModelKey
    instant: int
    size: int
    contexts: Callable[[Window], Context]
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
            window=_first(comers),
            verdicts=(),
            cause=Cause(kind=kind),
        )
        return Case(incident=incident, members=(), story=Story(title="", cause=incident.cause))

    def turned(
        self,
        book: Book,
        case: Case,
        comers: Sequence[Comer],
        heard: Mapping[Name, News],
        others: Sequence[Case],
    ) -> tuple[Case, list[Change]]:
        """A case after one step, and what happened to it: one change, and then perhaps its resolution.

        `others` are the open cases of the model that come before it.
        """
        case = replace(case, members=counted(case.members, heard))
        if not case.open and not comers:
            return case, []
        before = case
        case = replace(case, members=joined(case.members, comers, heard))
        turn = self._turn(book, case, comers, heard)
        known = {each.name for each in before.members}
        new = [each.worst for each in case.members if each.name not in known]
        case = self._retold(book, case, turn, heard, others)
        case = replace(case, incident=self._noted(case.incident, _moment(turn.kind, case.incident, new)))
        changes = [self._change(turn.kind, case)] if case.incident != before.incident else []
        waiting = [each for each in case.members if not self._recovered(book, each)]
        if all(self._gone(book, each) for each in waiting):
            case = self._resolved(book, case, waiting)
            changes.append(self._change(Turn.RESOLVED, case))
        return case, changes

    def _turn(self, book: Book, case: Case, comers: Sequence[Comer], heard: Mapping[Name, News]) -> _Turned:
        come = worst(*(comer.held.status for comer in comers))
        severity = case.incident.severity
        if not case.open:
            if not case.incident.verdicts:
                return _Turned(Turn.OPENED, come)
            return _Turned(Turn.REOPENED, come, _first(comers))
        if come.rank > severity.rank:
            return _Turned(Turn.ESCALATED, come)
        # a revision of an old window may have raised it: only news lets it fall
        if severity is Status.CRITICAL and any(each.name in heard for each in case.members):
            lately = worst(*(self._lately(book, each) for each in case.members))
            if lately is Status.WARNING:
                return _Turned(Turn.DEESCALATED, lately)
        return _Turned(Turn.UPDATED, severity)

    def _lately(self, book: Book, member: Member) -> Status:
        """The worst level that a member held in its last two windows."""
        rule, series = member.name
        holding = held(book.tracks[member.name], series, self.rules.get(rule), self.metric(series.metric), self.size)
        return worst(*(each.status for each in holding[-CLEAR:] if each))

    def _recovered(self, book: Book, member: Member) -> bool:
        last = book.tracks[member.name].marks[-CLEAR:]
        return len(last) == CLEAR and not any(mark.status.firing for mark in last)

    def _gone(self, book: Book, member: Member) -> bool:
        return book.windows_after(book.tracks[member.name].told) >= PATIENCE

    def _findings(self, book: Book, case: Case, end: int | None = None) -> tuple[Finding, ...]:
        """What was found at the end given, or of each series the worst so far."""
        found: list[Finding] = []
        for member in case.members:
            mark = None if end is None else book.tracks[member.name].at(end)
            if end is not None and (mark is None or not mark.status.firing):
                continue
            verdict = mark.verdict(member.name) if mark else member.worst
            found.append(
                Finding(
                    verdict=verdict,
                    metric=self.metric(verdict.series.metric),
                    rule=self.rules.get(verdict.rule),
                    since=member.since if end is None else self._run(book, member, end),
                    ends=book.fired(member),
                    forgotten=member.forgotten,
                    recovered=self._recovered(book, member),
                )
            )
        return tuple(found)

    def _run(self, book: Book, member: Member, end: int) -> Window:
        """Where the run began, up to the end given, that no recovery breaks."""
        marks = [mark for mark in book.tracks[member.name].marks if member.since.end <= mark.end <= end]
        begin, fine = member.since, 0
        for mark in reversed(marks):
            fine = 0 if mark.status.firing else fine + 1
            if fine == CLEAR:
                return begin
            begin = mark.window if mark.status.firing else begin
        return member.since if member.forgotten else begin

    def _told_of(self, book: Book, case: Case, least: Status) -> Window | None:
        """The newest window in which the incident fired at a level or worse, which is the one to tell of."""
        marks = (mark for each in case.members for mark in book.tracks[each.name].marks)
        firing = (mark for mark in marks if mark.status.firing and mark.status.rank >= least.rank)
        newest = max(firing, key=lambda mark: mark.end, default=None)
        return newest.window if newest else None

    def _matter(self, kind: Kind, now: Sequence[Finding], ever: Sequence[Finding], context: Context) -> Matter:
        """What the story is told from: a series that passed by and is fine again has no part in it."""
        most = max(finding.held for finding in ever)
        lasting = [each for each in ever if not each.recovered or each.held >= PASSING * most]
        return Matter(
            kind=kind,
            findings=ranked(now, context.features),
            lasting=ranked(lasting, context.features),
            context=context,
            catalog=self.catalog,
            model=self.key.typed,
        )

    def _retold(
        self, book: Book, case: Case, turn: _Turned, heard: Mapping[Name, News], others: Sequence[Case]
    ) -> Case:
        """Bring the incident up to its members; the story is told anew only if something new was heard of them."""
        anew = turn.kind in (Turn.OPENED, Turn.REOPENED, Turn.ESCALATED)
        incident, story = case.incident, case.story
        if anew or any(each.name in heard for each in case.members):
            window = self._told_of(book, case, turn.severity if anew else Status.WARNING)
            ever = self._findings(book, case)
            if window is not None:
                context = self.contexts(window)
                now = ranked(self._findings(book, case, window.end), context.features)
                again = tell(self._matter(incident.kind, now, ever, context))
                story = again if turn.kind in (Turn.OPENED, Turn.REOPENED) else again.after(story)
                verdicts = tuple(each.verdict for each in ranked(ever, context.features))
                incident = replace(incident, verdicts=verdicts, firing=tuple(each.verdict for each in now))
            incident = replace(incident, title=story.title, cause=_counted(story.cause, ever))
        action = self._advised(book, incident, story, others)
        incident = replace(
            incident,
            # whoever acknowledged it did not know of these
            state=State.OPEN if anew else incident.state,
            severity=turn.severity,
            peak=worst(incident.peak, turn.severity),
            resolved=None,
            lapsed=False,
            again=turn.since or incident.again,
            cause=replace(incident.cause, first_action=action),
        )
        return replace(case, incident=incident, story=story, closed=None)

    def _advised(self, book: Book, incident: Incident, story: Story, others: Sequence[Case]) -> str:
        """What to do first, with the other open incidents in mind."""
        return advised(
            incident.kind,
            story.cause.first_action,
            [self._other(book, case) for case in others],
            firing=incident.firing,
        )

    def _other(self, book: Book, case: Case) -> Other:
        fired: dict[str, frozenset[int]] = {column: frozenset() for column in case.incident.cause.columns}
        for member in case.members:
            column = member.worst.series.column
            fired[column] = fired.get(column, frozenset()).union(book.fired(member))
        return Other(incident=case.incident, fired=fired)

    def _resolved(self, book: Book, case: Case, gone: Sequence[Member]) -> Case:
        text = f"resolved: {CLEAR} ok windows running"
        if gone:
            series = names([each.worst for each in gone])
            text = f"resolved: no value for {PATIENCE} windows of {series}, which is no longer waited for"
        incident = replace(self._noted(case.incident, text), state=State.RESOLVED, resolved=self.instant)
        incident = replace(incident, severity=incident.peak, lapsed=bool(gone))
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


def _first(comers: Sequence[Comer]) -> Window:
    """The first firing window of the runs of those who come."""
    return min((comer.held.since.window for comer in comers), key=lambda window: (window.end, -window.start))


def _counted(cause: Cause, findings: Sequence[Finding]) -> Cause:
    """A cause with the number of windows in which each column fired."""
    counts: dict[str, int] = {}
    for finding in findings:
        place = finding.column or finding.verdict.series.metric
        counts[place] = max(finding.held, counts.get(place, 0))
    return replace(cause, impact={**cause.impact, "windows_held": counts})


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
