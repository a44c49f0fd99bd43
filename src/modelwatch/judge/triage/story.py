"""What an incident is told from, and what is told: the findings, the context of the window, the story.

`incidents` gathers findings, one file per kind turns them into a story, `act` and `show` repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.event import Event
from modelwatch.domain.incident import Cause, Kind
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Baseline, Measurement, Series
from modelwatch.domain.metric import Metric
from modelwatch.domain.rule import Rule, Verdict
from modelwatch.domain.slices import Slice
from modelwatch.judge.triage.wording import day, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One series of an incident: a verdict on it and the windows in which it fired.

    `metric` and `rule` are None where catalogue or specification no longer know them. `since` is the first
    window of the run that goes on, or, for its worst verdict so far, of the run with which it came in; `ends` are
    the ends of the firing windows still remembered, oldest first, `forgotten` counts those before them. It has
    `recovered` once it was ok for two windows running.
    """

    verdict: Verdict
    since: Window
    metric: Metric | None = None
    rule: Rule | None = None
    ends: tuple[int, ...] = ()
    forgotten: int = 0
    recovered: bool = False

    @property
    def held(self) -> int:
        """In how many windows the series fired."""
        return self.forgotten + len(self.ends)

    @property
    def column(self) -> str:
        """The column, empty for the model as a whole."""
        return self.verdict.series.column

    @property
    def title(self) -> str:
        """The metric's title, or its name."""
        return self.metric.title if self.metric else self.verdict.series.metric


def no_history(_: Series) -> Sequence[float]:
    """The history of a model of which nothing earlier is known."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What else is known of one window.

    Parameters
    ----------
    window
        One window of the monitor's size, whatever the spans measured on it.
    measurements
        All of that window: spans, versions and slices.
    baselines
        By the series with its version left empty.
    history
        A series' earlier values that were computed, oldest first, at most some 28, the window itself not
        among them.
    events
        Those of the last weeks, in any order.
    refused
        How many rows of the window were quarantined, by kind of fault and field.
    features, task, timezone
        The monitor's.
    now
        Up to when rows were looked at, before the end of a window that is still open; None: to its end.
    """

    window: Window
    measurements: Sequence[Measurement] = ()
    baselines: Mapping[Series, Baseline] = field(default_factory=dict[Series, Baseline])
    history: Callable[[Series], Sequence[float]] = no_history
    events: Sequence[Event] = ()
    refused: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    features: Sequence[str] = ()
    task: Task = Task.NONE
    timezone: str = "UTC"
    now: int | None = None
    _named: dict[str, list[Measurement]] = field(
        init=False, compare=False, default_factory=dict[str, list[Measurement]]
    )

    def __post_init__(self) -> None:
        """Sort the measurements by metric, as a story looks for a score of them among thousands."""
        for each in self.measurements:
            self._named.setdefault(each.series.metric, []).append(each)

    def of(self, metric: str) -> Sequence[Measurement]:
        """The measurements of a metric: columns, spans, versions and slices."""
        return self._named.get(metric, ())

    @property
    def metrics(self) -> Sequence[str]:
        """The names of the metrics measured."""
        return tuple(self._named)

    def find(self, metric: str, column: str | None = None, *, span: int = 1, version: str = "") -> Measurement | None:
        """A metric's measurement over all rows in this window, whatever column it goes by if none is given.

        Of several versions the one asked for, else the one of the most rows.
        """
        fitting = [
            each
            for each in self.of(metric)
            if column in (None, each.series.column) and each.series.span == span and not each.series.slice
        ]
        return max(fitting, key=lambda each: (each.series.version == version, each.n), default=None)

    def baseline(self, series: Series) -> Baseline | None:
        """What the series reads in the reference's blocks."""
        return self.baselines.get(
            Series(metric=series.metric, column=series.column, slice=series.slice, span=series.span)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incident in words: a title with numbers in it, and the cause.

    `grounds` ranks what its first action rests on: where a later telling rests on less, the earlier action stays.
    """

    title: str
    cause: Cause
    grounds: int = 0

    def after(self, earlier: Story) -> Story:
        """The story as it follows an earlier one of the same incident: nothing known before is unlearnt."""
        if self.grounds >= earlier.grounds:
            return self
        cause = replace(self.cause, first_action=earlier.cause.first_action)
        return replace(self, cause=cause, grounds=earlier.grounds)


class Clue(NamedTuple):
    """A line of evidence that only rules something out; all of them share a line. A weak one does not even that."""

    text: str
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """All that a kind of incident is told from, from bad to mild.

    `findings` are those of the context's window, at least one, each with its verdict there; `lasting` are all that
    the incident is made of, each with its worst verdict. `model` is named as the command line takes it.
    """

    kind: Kind
    findings: tuple[Finding, ...]
    lasting: tuple[Finding, ...]
    context: Context
    catalog: Catalog
    model: str

    @property
    def lead(self) -> Finding:
        """The worst finding."""
        return self.findings[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns found in this window, worst first."""
        return columns_of(self.findings)

    @property
    def size(self) -> int:
        """Length of one window in microseconds."""
        return self.context.window.length

    def date(self, end: int) -> str:
        """The local day of the window that ends there; its start where windows are shorter than a day."""
        return day(end, self.size, self.context.timezone)

    def when(self, span: int = 1) -> str:
        """Which windows a value of a span measured in this window speaks of."""
        return when(self.context.window.end, self.size, self.context.timezone, span)

    def alike(self) -> tuple[Finding, ...]:
        """The findings of the worst one's metric and span, one for each column and slice."""
        best: dict[tuple[str, Slice], Finding] = {}
        lead = self.lead.verdict.series
        for finding in self.findings:
            series = finding.verdict.series
            if (series.metric, series.span) == (lead.metric, lead.span):
                best.setdefault((series.column, series.slice), finding)
        return tuple(best.values())

    def metric(self, name: str) -> Metric | None:
        """The catalogue's record of a metric, None if it is not known here."""
        return self.catalog.metrics.get(name) if name in self.catalog.metrics else None

    def told(
        self,
        title: str,
        evidence: Iterable[str | Clue],
        *,
        first_action: str,
        grounds: int = 0,
        slices: Sequence[dict[str, Any]] = (),
        impact: Mapping[str, Any] | None = None,
        columns: Sequence[str] = (),
    ) -> Story:
        """Put a story together: what speaks for it, then in one line what is ruled out, then what is weak.

        `columns` are further ones at fault, which no series is of.
        """
        lines, clues, weak = list[str](), list[str](), list[str]()
        for line in evidence:
            if isinstance(line, Clue):
                (weak if line.weak else clues).append(line.text)
            elif line:
                lines.append(line)
        if clues:
            lines.append(f"Ruled out: {'; '.join(clues)}")
        lines += weak
        cause = Cause(
            kind=self.kind,
            evidence=tuple(lines),
            columns=tuple(dict.fromkeys((*columns, *self.columns, *columns_of(self.lasting)))),
            slices=tuple(slices),
            impact=dict(impact or {}),
            first_action=first_action,
        )
        return Story(title=title, cause=cause, grounds=grounds)


def badness(verdict: Verdict) -> tuple[int, float]:
    """Order of verdicts from mild to bad: by status, then by how far past its limit the value is.

    Examples
    --------
    >>> from modelwatch.domain.measurement import Status
    >>> far = Verdict(rule="r", series=Series("psi", "temp"), window=Window(0, 1), value=0.6, threshold=0.1,
    ...     noise_floor=None, status=Status.WARNING)
    >>> badness(far)
    (3, 5.0)
    """
    if verdict.distance is not None:
        return verdict.status.rank, verdict.distance
    if verdict.value is None or verdict.threshold is None:
        return verdict.status.rank, 0.0
    gap = abs(verdict.value - verdict.threshold)
    return verdict.status.rank, round(gap / max(abs(verdict.threshold), 1e-9), 9)


def ranked(findings: Sequence[Finding], columns: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Findings from bad to mild; equals in the order of the model's columns, never of their coming."""
    places = {column: place for place, column in enumerate(columns)}

    def key(finding: Finding) -> tuple[int, float, int, Series, str]:
        verdict = finding.verdict
        rank, far = badness(verdict)
        return -rank, -far, places.get(finding.column, len(places)), verdict.series, verdict.rule

    return tuple(sorted(findings, key=key))


def columns_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The columns of findings, each once, in their order."""
    return tuple(dict.fromkeys(finding.verdict.series.column for finding in findings if finding.verdict.series.column))
