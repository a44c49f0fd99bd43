"""The fleet page: is it all right, what broke, since when, of every model of the caller's project.

It reads `read.fleet`; a browser asks again every while and changes the rows that changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from modelwatch.domain.instants import DAY
from modelwatch.domain.scope import Scope
from modelwatch.read.choice import SORTS, UNOWNED, WORST, Choice, text_of
from modelwatch.read.fleet import SPARK_DAYS, Fleet, Standing, fleet
from modelwatch.serve.endpoint import Call, Endpoint, as_json
from modelwatch.serve.ui.paths import links
from modelwatch.serve.ui.site import in_thread, page
from modelwatch.show import digits
from modelwatch.show.charts.sparkline import Sparkline, sparkline
from modelwatch.show.charts.stack import stacked
from modelwatch.show.fleet import headline
from modelwatch.show.status import State

SENTENCES = 2


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table; `hidden` if the words that are looked for are not in its `text`."""

    of: Standing
    spark: Sparkline | None
    text: str
    hidden: bool
    digest: str


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of one state, as a phone shows them apart."""

    state: State | None
    rows: Sequence[_Row]


def show(call: Call) -> Response:
    """The page."""
    choice, found = _read(call)
    rows = [_row(each, found, choice) for each in choice.shown(found.models)]
    counts = Counter(each.state for each in choice.groups(found.models))
    everywhere = Counter(each.state for each in found.models)
    critical = [each for each in found.models if each.state is State.CRITICAL]
    return page(
        call,
        "fleet.html",
        here="fleet",
        fleet=found,
        headline=headline(everywhere) if found.models else "",
        critical=critical[:SENTENCES],
        unsaid=len(critical) - SENTENCES,
        groups=_groups(rows, choice),
        shown=sum(not row.hidden for row in rows),
        listed=len(rows),
        counts={state: counts[state] for state in State if counts[state]},
        total=sum(counts.values()),
        boxes=stacked([day.counts for day in found.days]),
        choice=choice,
        chosen=any((choice.state, choice.q, choice.owner, choice.task)),
        url=links("/", choice.fields),
        owners=sorted({each.owner or UNOWNED for each in found.models}, key=lambda owner: (owner == UNOWNED, owner)),
        unowned=UNOWNED,
        tasks=sorted({each.task for each in found.models if each.task}),
        sorts={name: told for name, (told, _) in SORTS.items()},
    )


async def changes(call: Call) -> Response:
    """Which rows there are in which order, each with a mark that changes with it; asked every while by the page."""

    def told() -> Response:
        choice, found = _read(call)
        rows = [_row_mark(each, found.now) for each in choice.shown(found.models)]
        return as_json({"rows": rows})

    return await run_in_threadpool(told)


def _read(call: Call) -> tuple[Choice, Fleet]:
    choice = Choice.of(call.request.query_params)
    home = call.live.home
    now = home.now()
    with home.state.reading() as tx:
        return choice, fleet(tx, home.catalog, call.caller.project, now)


def _row(standing: Standing, found: Fleet, choice: Choice) -> _Row:
    metric = standing.metric
    since = found.now - SPARK_DAYS * DAY
    spark = metric and sparkline(metric.course, since, found.now, apart=metric.apart, band=metric.band)
    _, digest = _row_mark(standing, found.now)
    return _Row(standing, spark, text_of(standing), not choice.finds(standing), digest)


def _row_mark(standing: Standing, now: int) -> tuple[str, str]:
    """Whose row it is, and a mark of all that it shows."""
    metric = standing.metric
    shown = (
        standing.state,
        standing.finding,
        standing.incident,
        standing.acknowledged,
        standing.since is not None and digits.duration(max(now - standing.since, 0)),
        standing.quiet is not None and digits.duration(standing.quiet),
        metric and (metric.title, metric.value, metric.estimated, metric.reference, metric.state, metric.course[-1:]),
        standing.rows,
        standing.unlabelled,
        standing.open,
        standing.owner,
    )
    return f"{standing.key.model}/{standing.key.env}", blake2b(repr(shown).encode(), digest_size=6).hexdigest()


def _groups(rows: Sequence[_Row], choice: Choice) -> list[_Group]:
    if choice.sort != WORST:
        return [_Group(None, rows)] if rows else []
    groups = [_Group(state, [row for row in rows if row.of.state is state]) for state in State]
    return [group for group in groups if group.rows]


ENDPOINTS = (
    Endpoint(method="GET", path="/", scope=Scope.READ, summary="The fleet", handler=in_thread(show), page=True),
    Endpoint(
        method="GET", path="/fleet.json", scope=Scope.READ, summary="What changed in it", handler=changes, page=True
    ),
)
