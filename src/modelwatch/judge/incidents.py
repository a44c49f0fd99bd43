"""Turn verdicts into incidents: one of a kind at a time, that opens, gets worse or better, and resolves.

`work` calls `advance` once for each window judged and hands the changes to `act`; the state is the `Book`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Kind
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Rule, Verdict
from modelwatch.judge.book import Book, Case, Name
from modelwatch.judge.cases import Change, Desk, Turn
from modelwatch.judge.members import Comer
from modelwatch.judge.sustain import held
from modelwatch.judge.tracks import Heard, record
from modelwatch.judge.triage import Context

REOPEN = 7  # windows after its resolution within which an incident comes back under its number
_ENDS = 60  # window ends that a book remembers


def advance(
    book: Book,
    *,
    key: ModelKey,
    instant: int,
    verdicts: Iterable[Verdict],
    context: Context,
    catalog: Catalog,
    rules: Iterable[Rule],
) -> tuple[Book, tuple[Change, ...]]:
    """Take verdicts in, window by window in the order of their ends, and tell what changed.

    Parameters
    ----------
    book
        The state of this model and environment.
    key
        Whose incidents they are.
    instant
        Now, in microseconds; the time of every change.
    verdicts
        All verdicts of one or several windows, new or revised, each rule and series at most once a window.
    context
        What else is known of the window. Where several are judged at one instant, a call for each with its
        own context makes the same book with better evidence.
    catalog, rules
        What the verdicts were made with.

    Returns
    -------
    tuple
        The new book, and the changes in the order they happened. The same verdicts again change nothing.

    Notes
    -----
    - A verdict counts once its series *holds* (see `sustain.needed`). Windows without a value neither break
      a run nor lengthen it, and are no ok windows either.
    - A verdict opens, joins or escalates only if it got worse: a window's first verdict does if it fires, a
      revision only if its status, or its distance, is worse than before.
    - Severity rises with the verdict that holds it, and falls when nothing held it in the last two windows.
    - An incident resolves when every series in it has two ok windows running. A series of which nothing was
      heard for 14 windows is no longer waited for. Within 7 windows the incident reopens under its number.
    """
    known = {rule.id: rule for rule in rules}
    desk = Desk(key=key, instant=instant, context=context, catalog=catalog, rules=known)
    windows: defaultdict[int, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        windows[verdict.window.end].append(verdict)
    changes: list[Change] = []
    for end in sorted(windows):
        book, turned = _step(book, desk, end, windows[end])
        changes += turned
    return book, _told_once(changes)


def _step(book: Book, desk: Desk, end: int, verdicts: Sequence[Verdict]) -> tuple[Book, list[Change]]:
    ends = tuple(sorted({*book.ends, end}))[-_ENDS:]
    tracks, heard = record(book.tracks, verdicts, newest=ends[-1], rules=desk.rules, size=desk.context.window.length)
    book = _pruned(replace(book, ends=ends, tracks=tracks))
    comers = _comers(book, desk, heard, end)
    cases, changes, next_id = list[Case](), list[Change](), book.next_id
    for kind in Kind:
        case = next((each for each in book.cases if each.incident.kind is kind), None)
        if case is None and not comers[kind]:
            continue
        if case is None:
            case, next_id = desk.fresh(kind, next_id, comers[kind]), next_id + 1
        case, turned = desk.turned(book, case, comers[kind], heard)
        cases.append(case)
        changes += turned
    return replace(book, cases=tuple(cases), next_id=next_id), changes


def _pruned(book: Book) -> Book:
    """Forget incidents resolved too long ago to reopen, and tracks of which nothing was heard for long."""
    cases = tuple(case for case in book.cases if case.closed is None or book.windows_after(case.closed) <= REOPEN)
    if len(book.ends) < _ENDS:
        return replace(book, cases=cases)
    members = {member.name for case in cases for member in case.members}
    tracks = {name: track for name, track in book.tracks.items() if track.told >= book.ends[0] or name in members}
    return replace(book, cases=cases, tracks=tracks)


def _comers(book: Book, desk: Desk, heard: Mapping[Name, Heard], end: int) -> defaultdict[Kind, list[Comer]]:
    """The verdicts that got worse and stand in a run that holds, by kind and always in one order."""
    comers: defaultdict[Kind, list[Comer]] = defaultdict(list)
    for name, news in sorted(heard.items(), key=lambda item: item[0]):
        if not news.worse:
            continue
        rule, series = name
        marks = book.tracks[name].marks
        metric = desk.metric(series.metric)
        holding = held(book.tracks[name], series, desk.rules.get(rule), metric, desk.context.window.length)
        # a revised window may be the missing link of a run that holds later
        best = None
        for mark, holds in zip(marks, holding, strict=True):
            if mark.end < end:
                continue
            if not mark.status.firing:
                break
            if holds and (best is None or holds.status.rank > best.status.rank):
                best = holds
        if best:
            comers[metric.incident if metric else Kind.UNKNOWN].append(Comer(news.verdict, best))
    return comers


def _told_once(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Leave out an update where the incident's next change in the same call is an update as well."""
    kept: list[Change] = []
    seen: dict[int, Turn] = {}
    for change in reversed(changes):
        if change.kind is not Turn.UPDATED or seen.get(change.incident.id) is not Turn.UPDATED:
            kept.append(change)
        seen[change.incident.id] = change.kind
    return tuple(reversed(kept))
