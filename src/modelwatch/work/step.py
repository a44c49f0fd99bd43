"""One step of the clock for one model: labels due by then, the window that closed, and those that changed since.

Everything a step stores - measurements, incidents, messages, the clock - it stores in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial

from modelwatch.act.draft import EVERYTHING_TO_LOG, Route
from modelwatch.act.pipeline import notify
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.rule import Verdict
from modelwatch.judge import Book, Change, Context, Season, Terms, Turn, advance, judge
from modelwatch.measure import (
    Setting,
    measure_drifted,
    measure_model,
    measure_outcome,
    measure_profile,
    measure_slices,
    spreads_of,
)
from modelwatch.measure.record import pack_measurements, upgrade
from modelwatch.measure.reference import BLOCKS, bare_of
from modelwatch.profile import Plan
from modelwatch.profile.block import Block, merge_blocks
from modelwatch.store import clock, cursors, events, headlines, incidents, measurements, touched
from modelwatch.store.metadata import Transaction
from modelwatch.work.blocks import Blocks
from modelwatch.work.dormant import awakening, is_dormant, is_pending
from modelwatch.work.due import DueLabels
from modelwatch.work.fold import BACKFILL
from modelwatch.work.headline import headline_of
from modelwatch.work.history import History
from modelwatch.work.index import LabelIndex
from modelwatch.work.keeping import relearn
from modelwatch.work.stored import MODEL, OUTCOME, PARTS, PROFILE, part_of, stored
from modelwatch.work.watched import Watched

LABELLED = "labelled"  # a cursor of our own: the last instant at which labels came
OWN_WINDOWS = 28
EVENTS_REACH = 28 * DAY


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    windows: int = 0
    measurements: int = 0
    opened: int = 0
    resolved: int = 0


@dataclass(slots=True)
class Stepper:
    """Takes one model through its steps; holds what is worth keeping in memory from one step to the next."""

    watched: Watched
    plan: Plan
    index: LabelIndex | None
    blocks: Blocks
    history: History
    tally: Tally = field(default_factory=Tally)
    dormant: bool = False  # whether the last window was not measured, after a long silence
    _setting: Setting | None = None
    _book: Book | None = None
    _own_tried: bool = False

    @property
    def setting(self) -> Setting:
        """What the windows are measured by."""
        if self._setting is None:
            self._setting = self.watched.setting(self.plan)
        return self._setting

    def step(self, tx: Transaction, window: Window) -> list[Change]:
        """Do all that is due when `window` closes."""
        instant = self.watched.due(window)
        changed = self._apply_labels(tx, instant)
        oldest = cursors.get(tx, self.watched.model_id, BACKFILL)
        cursors.forget(tx, self.watched.model_id, BACKFILL)
        late = set(touched.take(tx, self.watched.model_id, PROFILE))
        relabelled = changed | set(touched.take(tx, self.watched.model_id, OUTCOME))
        self.blocks.forget(late | relabelled)
        self.dormant = self._is_dormant(tx, window)
        verdicts: list[Verdict] = []
        reached = self._reached(tx, window, late, oldest)
        if not self.dormant:
            reached.add(window)
        awaited = self._awaited(tx, window, oldest)
        for each in sorted(reached | self._reached(tx, window, relabelled, oldest) | awaited):
            verdicts += self._judge(tx, each, self._measure(tx, each, instant, rows_changed=each in reached))
        changes = self.take(tx, instant, verdicts)
        self.tally.windows += 1
        self._learn_own_spread(tx, window)
        clock.advance(tx, self.watched.model_id, window.end)
        self.finish(tx, instant, changes)
        return changes

    def finish(self, tx: Transaction, instant: int, changes: list[Change]) -> None:
        """Keep the book, and tell what changed."""
        if self._book is not None:
            incidents.put_book(tx, self.watched.model_id, self._book.to_bytes())
        clock.reach(tx, instant)
        self._tell(tx, changes)

    def passed(self, tx: Transaction, window: Window, end: int) -> Window | None:
        """Pass over windows that a long silence leaves nothing to do in, up to `end`.

        Returns
        -------
        Window or None
            The first behind them, None if there is something to do in `window`.
        """
        if not self._is_dormant(tx, window) or is_pending(tx, self.watched, window):
            return None
        self.dormant = True
        after = awakening(tx, self.watched, window, end)
        clock.advance(tx, self.watched.model_id, after.start)
        clock.reach(tx, after.start + self.watched.monitor.lateness)
        return after

    def _is_dormant(self, tx: Transaction, window: Window) -> bool:
        """Whether the model is silent for so long that all that goes on is the incident which says so."""
        silent = is_dormant(tx, self.watched, window)
        return silent and all(incident.kind is Kind.FEED for incident in self.book(tx).open)

    def _learn_own_spread(self, tx: Transaction, window: Window) -> None:
        """Let the last 28 windows say how windows differ where the reference has no windows that could."""
        reference, first = self.watched.reference, self.blocks.first(tx)
        if reference is None or reference.spreads or first is None:
            return
        start = self.plan.calendar.trailing(window, OWN_WINDOWS).start
        if self._own_tried or start < self.plan.calendar.window_of(first).start:
            return
        found = [self.blocks.of(tx, each) for each in self.plan.calendar.between(start, window.end)]
        blocks = [merge_blocks(list(versions.values())) for versions in found if versions]
        if len(blocks) < BLOCKS:
            return
        self._own_tried = True
        learned = replace(reference, spreads=spreads_of(self.setting, blocks), bare=bare_of(blocks))
        relearn(tx, self.watched.model_id, self.plan, learned)
        self.watched = replace(self.watched, reference=learned)
        self._setting = None

    def _apply_labels(self, tx: Transaction, instant: int) -> set[int]:
        """Join every label whose time has come; returns the starts of the windows it changed."""
        due = DueLabels.at(tx, self.watched.model_id, instant)
        if not due.rows:
            return set()
        changed: set[int] = set()
        if self.index is not None:
            cursors.set_to(tx, self.watched.model_id, LABELLED, instant)
            changed = self.index.apply(tx, due)
        due.settle(tx)
        return changed

    def _reached(self, tx: Transaction, window: Window, changed: set[int], oldest: int | None) -> set[Window]:
        """The closed windows before this one whose spans hold one that changed; none that starts before `oldest`."""
        calendar, longest = self.plan.calendar, max(self.watched.monitor.spans)
        first = self.blocks.first(tx)
        found: set[Window] = set()
        for start in changed:
            current = calendar.window_of(start)
            for _ in range(longest):
                if current.end > window.start or first is None or current.end <= first:
                    break
                if oldest is None or current.start >= oldest:
                    found.add(current)
                current = calendar.next(current)
        return found

    def _awaited(self, tx: Transaction, window: Window, oldest: int | None) -> set[Window]:
        """The closed windows whose labels were expected since the step before: none may ever have come."""
        calendar, expected = self.plan.calendar, self.watched.monitor.outcome.expected
        first = self.blocks.first(tx)
        since, until = (self.watched.due(each) - expected for each in (calendar.previous(window), window))
        found: set[Window] = set()
        current = calendar.previous(calendar.window_of(until))
        while self.index is not None and first is not None and current.end > max(first, since):
            if current.start < window.start and (oldest is None or current.start >= oldest):
                found.add(current)
            current = calendar.previous(current)
        return {each for each in found if self.blocks.of(tx, each)}

    def _judge(self, tx: Transaction, window: Window, measured: list[Measurement]) -> list[Verdict]:
        """Judge what was measured in one window, and keep it."""
        terms = self.terms(tx, window)
        judged = judge(measured, terms)
        held_back = {verdict.series for verdict in judged.verdicts if verdict.inhibited}
        plain = [m for m in judged.measurements if m.series.version and m.series not in held_back]
        shares = [
            measurement
            for version in sorted({m.series.version for m in plain})
            for measurement in measure_drifted(
                self.setting, window, version, [m for m in plain if m.series.version == version]
            )
        ]
        second = judge(shares, terms)
        found = (*judged.measurements, *second.measurements)
        self._store(tx, window, found)
        headlines.put(tx, [headline_of(self.watched, window, found)])
        self.history.note(window, found)
        return [*judged.verdicts, *second.verdicts]

    def take(self, tx: Transaction, instant: int, verdicts: Sequence[Verdict], now: int | None = None) -> list[Change]:
        """Take the verdicts of a step to the incidents, all at once; `now` is how far an open window has come."""
        book, changes = advance(
            self.book(tx),
            key=self.watched.key,
            instant=instant,
            verdicts=verdicts,
            contexts=cache(partial(self._context, tx, now)),
            catalog=self.watched.catalog,
            rules=self.watched.monitor.rules,
        )
        self._keep(tx, book, changes)
        return list(changes)

    def _context(self, tx: Transaction, now: int | None, window: Window) -> Context:
        """What is known of a window that was measured in this step or an earlier one."""
        reference = self.watched.reference
        return Context(
            window=window,
            measurements=self._stored(tx, window),
            baselines={} if reference is None else reference.baselines,
            history=lambda series: self.history.before(tx, window, series),
            events=events.candidates(tx, self.watched.model_id, window.start - EVENTS_REACH, window.end),
            refused=self.blocks.refused(tx, window),
            features=self.plan.features,
            task=self.plan.task,
            timezone=self.plan.calendar.timezone,
            now=window.end if now is None else min(now, window.end),
        )

    def _measure(self, tx: Transaction, window: Window, instant: int, *, rows_changed: bool) -> list[Measurement]:
        """Everything that can be measured in a window, for the model and for each version with rows in it.

        Where only labels changed, what the rows say is taken as it was measured before.
        """
        spans = self._spans(tx, window, profiles=rows_changed)
        measured = self._measure_rows(tx, window, spans) if rows_changed else self._measured_rows(tx, window)
        due = window.end + self.watched.monitor.outcome.expected <= instant
        awaited = self._has_labels(tx)
        for version, sums in spans:
            measured += measure_outcome(self.setting, window, version, sums, due=due, awaited=awaited)
        return measured

    def _has_labels(self, tx: Transaction) -> bool:
        """Whether labels of the model are known of: in its specification, in its reference, or since one came."""
        known = None if self.watched.reference is None else self.watched.reference.pooled.outcome
        if self.watched.monitor.declares_labels or (known is not None and known.labelled):
            return True
        return cursors.get(tx, self.watched.model_id, LABELLED) is not None

    def _measure_rows(
        self, tx: Transaction, window: Window, spans: list[tuple[str, dict[int, Block]]]
    ) -> list[Measurement]:
        last = self.blocks.last_row(tx, window)
        whole, main = self.blocks.whole(tx, window), self.blocks.main(tx, window)
        if main is not None and main.profile is not None:
            whole = replace(whole, columns=main.profile.columns)  # a mean over several versions is nobody's mean
        version = self.blocks.version_of(tx, window, main)
        earlier = self.blocks.earlier_means(tx, window, version)
        short = "" if main is None or main.profile is None else self.setting.shortfall(window, main.profile, version)
        silence = max((each.length for each in self.blocks.silences(tx, window)), default=None)
        measured = measure_model(
            self.setting, window, whole, last_row=last, silence=silence, earlier_means=earlier, short=short
        )
        for version, sums in spans:
            profiles = {span: found.profile for span, found in sums.items() if found.profile is not None}
            measured += measure_profile(self.setting, window, version, profiles)
            slices = self.blocks.of(tx, window)[version].slices
            if slices is not None:
                measured += measure_slices(self.setting, window, version, slices)
        return measured

    def _measured_rows(self, tx: Transaction, window: Window) -> list[Measurement]:
        measured = self._stored(tx, window, parts=(MODEL, PROFILE))
        return [measurement for measurement in measured if measurement.series.metric != "drifted_share"]

    def _stored(self, tx: Transaction, window: Window, parts: Collection[str] = PARTS) -> list[Measurement]:
        """The last revision of what was measured in a window."""
        return [
            measurement
            for found in stored(tx, self.watched.model_id, window.start, window.start + 1, parts=parts)
            for measurement in found.measurements()
        ]

    def _spans(self, tx: Transaction, window: Window, *, profiles: bool) -> list[tuple[str, dict[int, Block]]]:
        """For each version with rows in the window, the sums of its trailing spans that are full.

        Outcomes are only measured on the first and last span, so that without `profiles` the others are left out.
        """
        ends = {self.setting.spans[0], self.setting.spans[-1]}
        spans = [span for span in self.setting.spans if profiles or span in ends]
        found: list[tuple[str, dict[int, Block]]] = []
        for version, block in sorted(self.blocks.of(tx, window).items()):
            if block.profile is not None and block.profile.rows:
                sums = {span: self.blocks.span(tx, window, version, span, outcomes=span in ends) for span in spans}
                found.append((version, {span: merged for span, merged in sums.items() if merged is not None}))
        return found

    def terms(self, tx: Transaction, window: Window) -> Terms:
        """By what a window is judged."""
        reference = self.watched.reference
        rows = Series("rows", span=self.watched.monitor.spans[0])
        return Terms(
            rules=self.watched.monitor.rules,
            catalog=self.watched.catalog,
            spans=self.watched.monitor.spans,
            features=self.plan.features,
            baselines={} if reference is None else reference.baselines,
            seasons={rows: Season(self.blocks.season(tx, window))},
            expected_us=self.watched.expected_us,
        )

    def _store(self, tx: Transaction, window: Window, found: tuple[Measurement, ...]) -> None:
        """Keep the measurements by version and part; what did not change since the last revision is not kept again."""
        parts: dict[tuple[str, str], list[Measurement]] = {}
        for each in found:
            part = part_of(self.watched.catalog, each.series)
            parts.setdefault((each.series.version, part), []).append(each)
        kept = {
            (row.version, row.part): row
            for row in measurements.latest(tx, self.watched.model_id, window.start, window.end)
        }
        rows: list[tuple[str, int, int, str, int, bytes]] = []
        for (version, part), group in parts.items():
            last = kept.get((version, part))
            blob = pack_measurements(group)
            if last is not None and upgrade(last.blob) == blob:
                continue
            rows.append((version, window.start, window.end, part, 1 if last is None else last.revision + 1, blob))
            self.tally.measurements += len(group)
        measurements.put(tx, self.watched.model_id, rows)

    def book(self, tx: Transaction) -> Book:
        """The model's book; incidents are numbered over all models of the home."""
        if self._book is None:
            stored = incidents.get_book(tx, self.watched.model_id)
            self._book = Book() if stored is None else Book.from_bytes(stored)
        return replace(self._book, next_id=incidents.next_id(tx))

    def _keep(self, tx: Transaction, book: Book, changes: tuple[Change, ...]) -> None:
        latest = {change.incident.id: change.incident for change in changes}
        incidents.put(tx, self.watched.model_id, latest.values())
        self._book = book
        self.tally.opened += sum(change.kind is Turn.OPENED for change in changes)
        self.tally.resolved += sum(change.kind is Turn.RESOLVED for change in changes)

    def _tell(self, tx: Transaction, changes: list[Change]) -> None:
        routes = tuple(
            Route(at_least=route.severity or Status.OK, channels=route.to) for route in self.watched.monitor.routes
        )
        runbooks = {rule.id: rule.runbook for rule in self.watched.monitor.rules}
        by_runbook: dict[str | None, list[Change]] = {}
        for change in changes:
            own = (runbooks.get(verdict.rule) for verdict in change.incident.verdicts)
            by_runbook.setdefault(next(filter(None, own), self.watched.monitor.runbook), []).append(change)
        for runbook, told in by_runbook.items():
            links = {"runbook": runbook} if runbook else {}
            public_url = self.watched.catalog.public_url
            where = routes or EVERYTHING_TO_LOG
            notify(tx, self.watched.model_id, told, routes=where, links=links, public_url=public_url)
