"""One incident with the model it is of: what every part of its page is read from.

Loaded once per page; the parts (`hours`, `course`, `sides`, `places`) take it with the open transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.catalog import Catalog
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.incident import Kind, State
from modelwatch.domain.instants import Window, parse_instant
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Verdict
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import Slice
from modelwatch.store import clock, incidents, models
from modelwatch.store.incidents import StoredIncident
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched, load_watched
from modelwatch.work.stored import parts_of, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident and its model.

    Attributes
    ----------
    firing
        What fires now, or fired last, the worst first.
    watched
        None where the model has no specification.
    closed
        The end of the model's last closed window; the home's clock where none was.
    """

    stored: StoredIncident
    key: ModelKey
    catalog: Catalog
    firing: tuple[Verdict, ...]
    window: Window
    again: Window | None
    watched: Watched | None
    closed: int
    now: int

    @property
    def model_id(self) -> int:
        """The model's number in the store."""
        return self.stored.model_id

    @property
    def body(self) -> Mapping[str, Any]:
        """The incident as the API tells it."""
        return self.stored.body

    @property
    def live(self) -> bool:
        """Whether it goes on."""
        return self.stored.state is not State.RESOLVED

    @property
    def kind(self) -> Kind:
        """What kind of cause it has."""
        return self.stored.kind

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns at fault."""
        return tuple(self.body["cause"]["columns"])

    @property
    def lead(self) -> Verdict | None:
        """The worst of what fires."""
        return self.firing[0] if self.firing else None

    @property
    def begin(self) -> Window:
        """The window in which it began, or began again."""
        return self.again or self.window

    @property
    def then(self) -> Window:
        """The window that its title speaks of."""
        return self.firing[0].window if self.firing else self.begin

    @property
    def zone(self) -> str:
        """The zone whose days the windows follow."""
        return "UTC" if self.watched is None else self.watched.monitor.calendar.timezone

    def metric(self, name: str) -> Metric | None:
        """The catalogue's record of a metric, None where a plugin is gone."""
        return self.catalog.metrics.get(name) if name in self.catalog.metrics else None

    def title(self, name: str) -> str:
        """What a metric is called."""
        found = self.metric(name)
        return found.title if found else name


def load_case(tx: Transaction, catalog: Catalog, number: int, *, project: str, now: int) -> Case:
    """Load an incident of a project.

    Raises
    ------
    UnknownName
        If the project has no such incident.
    """
    found = incidents.get(tx, number, project=project)
    key = next(key for key, model_id in models.known(tx).items() if model_id == found.model_id)
    try:
        watched = load_watched(tx, catalog, key)
    except UnknownName:
        watched = None
    again = found.body.get("again")
    return Case(
        stored=found,
        key=key,
        catalog=catalog,
        firing=_verdicts(found.body["firing"]),
        window=_window(found.body["window"]),
        again=None if again is None else _window(again),
        watched=watched,
        closed=clock.last_run(tx, found.model_id) or now,
        now=now,
    )


def measured(
    tx: Transaction, case: Case, selection: Selection, start: int, end: int
) -> dict[int, dict[Series, Measurement]]:
    """Selected measurements of the windows that start in `[start, end)`, by start and series.

    Series stand without their version: of several that of the most rows is taken.
    """
    found: dict[int, dict[Series, Measurement]] = {}
    parts = parts_of(case.catalog, selection)
    for part in stored(tx, case.model_id, start, end, parts=parts, selection=selection):
        of_window = found.setdefault(part.window.start, {})
        for each in part.measurements():
            series = bare(each.series)
            if series not in of_window or of_window[series].n < each.n:
                of_window[series] = each
    return found


def bare(series: Series) -> Series:
    """A series whatever its version."""
    return Series(series.metric, series.column, series.slice, span=series.span)


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> tuple[Verdict, ...]:
    found = [_verdict(row) for row in rows]
    return tuple(sorted(found, key=lambda each: -each.status.rank))


def _verdict(row: Mapping[str, Any]) -> Verdict:
    return Verdict(
        rule=row["rule"],
        series=Series(row["metric"], row["column"] or "", Slice.of(row["slice"]), span=row["span"]),
        window=_window(row["window"]),
        value=row["value"],
        threshold=row["threshold"],
        noise_floor=row["noise_floor"],
        status=Status(row["status"]),
    )


def _window(told: Mapping[str, str]) -> Window:
    return Window(parse_instant(told["start"]), parse_instant(told["end"]))
