"""An incident by the hour: what share of which column was missing or refused, and how many rows came.

Read from the profiles of the base windows around the beginning; the charts of data faults, feeds and schemas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.instants import DAY, HOUR
from modelwatch.profile import Profile
from modelwatch.profile.profile import merge_profiles
from modelwatch.read.case import Case
from modelwatch.store import profiles
from modelwatch.store.metadata import Transaction

MISSING = "missing_share"
CELLS, BEFORE = 72, 24
ROWS = 16  # that are told one by one
NOTABLE = 0.2  # from which a share of missing rows in one hour is worth a row of its own
GONE = 0.95
_STEADY = 3  # hours without any value that make a beginning
_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the grid: a column, or what is refused; `shares` are None where no row came."""

    name: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Shares by row and hour, and the rows that came.

    Attributes
    ----------
    start, size
        Of the first cell, in microseconds; the cells follow one another.
    rows
        Rows that came in each cell; of a schema those that were refused are among them.
    shown
        Rows worth seeing, the worst first.
    others
        Names of the others, and the largest share among them in each cell.
    more
        How many notable rows there was no room for.
    usual
        Rows usual at each cell's hour of the week, None where nothing earlier is known; empty unless asked for.
    onset
        Where the first stretch without any value begins; None without one.
    """

    start: int
    size: int
    rows: tuple[int, ...]
    shown: tuple[Row, ...] = ()
    others: tuple[str, ...] = ()
    others_shares: tuple[float | None, ...] = ()
    more: int = 0
    usual: tuple[float | None, ...] = ()
    onset: int | None = None

    @property
    def end(self) -> int:
        """Where the last cell ends."""
        return self.start + self.size * len(self.rows)

    def at(self, cell: int) -> int:
        """Where a cell starts."""
        return self.start + cell * self.size


def missing_by_hour(tx: Transaction, case: Case) -> Hours | None:
    """The share of missing values by column and hour; None of a model that was never run."""
    found = _cells(tx, case)
    if found is None:
        return None
    start, size, cells = found
    rows = tuple(0 if cell is None else cell.rows for cell in cells)
    names = next((tuple(cell.columns) for cell in cells if cell is not None), ())
    faulty = {verdict.series.column for verdict in case.firing if verdict.series.metric == MISSING}
    shares = {name: _shares(cells, lambda cell, name=name: cell.columns[name].missing) for name in names}
    at_fault = [name for name in shares if name in faulty]
    notable = [name for name in names if name not in at_fault and max(_known(shares[name]), default=0) >= NOTABLE]
    chosen = [*at_fault, *notable]
    quiet = tuple(name for name in names if name not in chosen and name != PREDICTION)
    return Hours(
        start=start,
        size=size,
        rows=rows,
        shown=tuple(Row(name, shares[name]) for name in sorted(chosen[:ROWS], key=names.index)),
        others=quiet,
        others_shares=_largest([shares[name] for name in quiet], len(rows)),
        more=max(len(chosen) - ROWS, 0),
        onset=_onset(case, start, size, [shares[name] for name in at_fault]),
    )


def refused_by_hour(tx: Transaction, case: Case) -> Hours | None:
    """The share of refused rows by field and reason and hour, of all rows that came."""
    found = _cells(tx, case)
    if found is None:
        return None
    start, size, cells = found
    faults = [Counter[str]() if cell is None else Counter(cell.faults) for cell in cells]
    totals = sum(faults, Counter[str]())
    came = [(0 if cell is None else cell.rows) + sum(of.values()) for cell, of in zip(cells, faults, strict=True)]
    chosen = [name for name, _ in totals.most_common(ROWS)]
    return Hours(
        start=start,
        size=size,
        rows=tuple(came),
        shown=tuple(
            Row(
                _fault_name(name),
                tuple(of[name] / rows if rows else None for of, rows in zip(faults, came, strict=True)),
            )
            for name in chosen
        ),
        more=max(len(totals) - ROWS, 0),
    )


def rows_by_hour(tx: Transaction, case: Case) -> Hours | None:
    """How many rows came by hour, and how many came at the same hour of earlier weeks."""
    found = _cells(tx, case)
    if found is None or case.watched is None or case.watched.plan is None:
        return None
    start, size, cells = found
    plan = case.watched.plan
    earlier: Counter[int] = Counter()
    for blob in profiles.get_many(tx, case.model_id, start - _WEEKS * 7 * DAY, start):
        earlier[(blob.start - start) // size] += Profile.from_bytes(plan, blob.blob).rows
    first = profiles.first_start(tx, case.model_id)
    week = 7 * DAY // size

    def usual(cell: int) -> float | None:
        weeks = (cell - back * week for back in range(1, _WEEKS + 1))
        known = [earlier[each] for each in weeks if each < 0 and first is not None and start + each * size >= first]
        return float(median(known)) if known else None

    return Hours(
        start=start,
        size=size,
        rows=tuple(0 if cell is None else cell.rows for cell in cells),
        usual=tuple(usual(cell) for cell in range(len(cells))),
    )


def _cells(tx: Transaction, case: Case) -> tuple[int, int, list[Profile | None]] | None:
    """The profiles of the cells around the beginning."""
    if case.watched is None or case.watched.plan is None:
        return None
    plan = case.watched.plan
    calendar = case.watched.monitor.calendar
    size = max(calendar.base, HOUR) if calendar.size >= HOUR else calendar.base
    start = case.begin.start - BEFORE * size
    if case.begin.length > (CELLS - BEFORE) * size:  # a beginning within a long window is not known to the hour
        start = case.begin.end - CELLS * size
    end = min(start + CELLS * size, max(case.closed, start + size))
    found: dict[int, list[Profile]] = {}
    for blob in profiles.get_many(tx, case.model_id, start, end):
        found.setdefault((blob.start - start) // size, []).append(Profile.from_bytes(plan, blob.blob))
    count = -(-(end - start) // size)
    return start, size, [merge_profiles(found[cell]) if cell in found else None for cell in range(count)]


def _shares(cells: Sequence[Profile | None], counted: Callable[[Profile], int]) -> tuple[float | None, ...]:
    return tuple(None if cell is None or cell.rows == 0 else counted(cell) / cell.rows for cell in cells)


def _known(shares: Sequence[float | None]) -> list[float]:
    return [share for share in shares if share is not None]


def _largest(rows: Sequence[tuple[float | None, ...]], cells: int) -> tuple[float | None, ...]:
    return tuple(max(_known([row[cell] for row in rows]), default=None) for cell in range(cells))


def _onset(case: Case, start: int, size: int, rows: Sequence[tuple[float | None, ...]]) -> int | None:
    """Where all columns at fault are gone for some hours, the first time since the incident's first window began."""
    least = [min(_known(cell), default=None) for cell in zip(*rows, strict=True)]
    run: list[int] = []
    for place, share in enumerate(least):
        if share is None or start + place * size < case.begin.start:
            continue
        run = [*run, place] if share >= GONE else []
        if len(run) == _STEADY:
            return start + run[0] * size
    return None


def _fault_name(name: str) -> str:
    kind, _, column = name.partition(":")
    return f"{column}: {kind}" if column else kind
