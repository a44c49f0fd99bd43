"""Turn verdicts into incidents: one of a kind at a time, that opens, gets worse or better, and resolves.

`work` calls `advance` once a step, with all windows judged in it, and hands the changes to `act`; the state is the
`Book`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import Window
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Rule, Verdict
from modelwatch.judge.book import Book, Case, Name
from modelwatch.judge.cases import Change, Desk, Turn
from modelwatch.judge.members import Comer
from modelwatch.judge.sustain import Held, held
from modelwatch.judge.tracks import News, record
from modelwatch.judge.triage import Context, badness

REOPEN = 7  # windows after its resolution within which an incident comes back under its number
_ENDS = 60  # window ends that a book remembers
# what an incident advises depends on those that are open: of broken data first, then of a loss of performance
_FIRST = (Kind.DATA_FAULT, Kind.FEED, Kind.SCHEMA, Kind.SPIKE, Kind.PERFORMANCE, Kind.DRIFT)
_ORDER = (*_FIRST, *(kind for kind in Kind if kind not in _FIRST))


def advance(
    book: Book,
    *,
    key: ModelKey,
    instant: int,
    verdicts: Iterable[Verdict],
    contexts: Callable[[Window], Context],
    catalog: Catalog,
    rules: Iterable[Rule],
) -> tuple[Book, tuple[Change, ...]]:
    """Take in all verdicts of a step, whatever windows they are of, and tell what changed.

    Parameters
    ----------
    book
        The state of this model and environment.
    key
        Whose incidents they are.
    instant
        Now, in microseconds; the time of every change.
    verdicts
        All verdicts of one or several windows, new or revised, in any order, each rule and series at most once a
        window.
    contexts
        What else is known of a window, one of these or an earlier one.
    catalog, rules
        What the verdicts were made with.

    Returns
    -------
    tuple
        The new book, and the changes in the order they happened. The same verdicts again change nothing.

    Notes
    -----
    - All verdicts are written down before any incident is turned, so that one whose windows are revised together
      does not resolve and reopen at one instant.
    - A verdict counts once its series *holds* (see `sustain.needed`). Windows without a value neither break
      a run nor lengthen it, and are no ok windows either.
    - A verdict opens, joins or escalates only if it got worse: a window's first verdict does if it fires, a
      revision only if its status, or its distance, is worse than before.
    - Severity rises with the verdict that holds it, and falls when nothing held it in the last two windows.
    - An incident resolves when every series in it has two ok windows running. A series of which nothing was
      heard for 14 windows is no longer waited for. Within 7 windows the incident reopens under its number; after
      that it has ended.
    """
    known = {rule.id: rule for rule in rules}
    verdicts = list(verdicts)
    if not verdicts:
        return book, ()
    size = max((verdict.window for verdict in verdicts), key=lambda window: window.end).length
    desk = Desk(key=key, instant=instant, size=size, contexts=contexts, catalog=catalog, rules=known)
    ends = tuple(sorted({*book.ends, *(verdict.window.end for verdict in verdicts)}))[-_ENDS:]
    tracks, heard = record(book.tracks, verdicts, newest=ends[-1], rules=known, size=size)
    book, changes = _pruned(replace(book, ends=ends, tracks=tracks), instant)
    comers = _comers(book, desk, heard)
    cases, next_id = list[Case](), book.next_id
    for kind in _ORDER:
        case = next((each for each in book.cases if each.incident.kind is kind), None)
        if case is None and not comers[kind]:
            continue
        if case is None:
            case, next_id = desk.fresh(kind, next_id, comers[kind]), next_id + 1
        case, turned = desk.turned(book, case, comers[kind], heard, [each for each in cases if each.open])
        cases.append(case)
        changes += turned
    return replace(book, cases=tuple(cases), next_id=next_id), tuple(changes)


def _pruned(book: Book, instant: int) -> tuple[Book, list[Change]]:
    """Forget incidents resolved too long ago to reopen, which have ended, and tracks of which nothing was heard."""
    cases, ended = list[Case](), list[Change]()
    for case in book.cases:
        if case.closed is None or book.windows_after(case.closed) <= REOPEN:
            cases.append(case)
        else:
            ended.append(Change(kind=Turn.ENDED, incident=case.incident, at=instant))
    book = replace(book, cases=tuple(cases))
    if len(book.ends) < _ENDS:
        return book, ended
    members = {member.name for case in cases for member in case.members}
    tracks = {name: track for name, track in book.tracks.items() if track.told >= book.ends[0] or name in members}
    return replace(book, tracks=tracks), ended


def _comers(book: Book, desk: Desk, heard: Mapping[Name, News]) -> defaultdict[Kind, list[Comer]]:
    """The series of which a verdict got worse and stands in a run that holds, by kind and always in one order."""
    comers: defaultdict[Kind, list[Comer]] = defaultdict(list)
    for name, news in sorted(heard.items(), key=lambda item: item[0]):
        best = _best(book, desk, name, news)
        if best:
            metric = desk.metric(name[1].metric)
            worst = max(news.worse, key=badness)
            comers[metric.incident if metric else Kind.UNKNOWN].append(Comer(worst, best))
    return comers


def _best(book: Book, desk: Desk, name: Name, news: News) -> Held | None:
    """The worst level that holds in a window that got worse, or later in the same run."""
    if not news.worse:
        return None
    rule, series = name
    marks = book.tracks[name].marks
    holding = held(book.tracks[name], series, desk.rules.get(rule), desk.metric(series.metric), desk.size)
    worse = {verdict.window.end for verdict in news.worse}
    best, runs = None, False
    for mark, holds in zip(marks, holding, strict=True):
        # a revised window may be the missing link of a run that holds later
        runs = mark.status.firing and (runs or mark.end in worse)
        if runs and holds and (best is None or holds.status.rank > best.status.rank):
            best = holds
    return best
