"""Stored measurements: only the parts and the series that were asked for, the last revision or all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelwatch import measure
from modelwatch.catalog import Catalog
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Measurement, Series
from modelwatch.domain.names import ModelKey
from modelwatch.domain.selection import Selection
from modelwatch.measure.record import pack_measurements
from modelwatch.store import State, measurements, models
from modelwatch.store.metadata import Transaction
from modelwatch.work.stored import MODEL, OUTCOME, PARTS, PROFILE, part_of, parts_of, stored

CATALOG = Catalog().register([measure.register])
PSI, MISSING = Series("psi", "temp", version="1"), Series("missing_share", "temp", version="1")
AUC, ROWS = Series("roc_auc", "prediction", version="1"), Series("rows")


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    """Two days of one model, the second one's profile in two revisions."""
    with State.create(tmp_path / "state.sqlite") as state, state.transaction() as made:
        models.ensure(made, ModelKey("eta"))
        put(made, 0, MODEL, [ROWS])
        put(made, 0, OUTCOME, [AUC])
        put(made, 0, PROFILE, [PSI, MISSING])
        put(made, 1, PROFILE, [PSI])
        put(made, 1, PROFILE, [PSI, MISSING], revision=2)
        yield made


def put(tx: Transaction, day: int, part: str, series: list[Series], revision: int = 1) -> None:
    window = Window(day * DAY, (day + 1) * DAY)
    blob = pack_measurements([Measurement(each, window, float(revision), 1) for each in series])
    measurements.put(tx, 1, [(series[0].version, window.start, window.end, part, revision, blob)])


def test_only_the_last_revision_is_read_unless_all_are_wanted(tx: Transaction) -> None:
    last = list(stored(tx, 1, DAY, 2 * DAY))
    assert [(each.revision, each.series, each.values()) for each in last] == [(2, (PSI, MISSING), [2.0, 2.0])]
    assert [each.revision for each in stored(tx, 1, DAY, 2 * DAY, all_revisions=True)] == [1, 2]


def test_windows_without_a_selected_series_are_left_out(tx: Transaction) -> None:
    found = list(stored(tx, 1, 0, 2 * DAY, selection=Selection(metrics=frozenset({"psi"}))))
    assert [(each.window.start, each.series) for each in found] == [(0, (PSI,)), (DAY, (PSI,))]
    assert list(stored(tx, 1, 0, 2 * DAY, parts=(MODEL,), selection=Selection(column="temp"))) == []


def test_a_selected_metric_is_looked_for_where_it_is_stored() -> None:
    assert [part_of(CATALOG, each) for each in (ROWS, AUC, PSI)] == [MODEL, OUTCOME, PROFILE]
    for metrics in ({"psi"}, {"rows"}, {"roc_auc"}, {"labels_pending_share"}, {"psi", "roc_auc"}):
        parts = parts_of(CATALOG, Selection(metrics=frozenset(metrics)))
        for metric in metrics:
            assert part_of(CATALOG, Series(metric, version="1")) in parts
            assert part_of(CATALOG, Series(metric)) in parts or CATALOG.metrics.get(metric).family != "volume"
    assert list(parts_of(CATALOG, Selection(metrics=frozenset({"roc_auc"})))) == [OUTCOME]
    assert list(parts_of(CATALOG, Selection(metrics=frozenset({"psi"})))) == [MODEL, PROFILE]
    assert parts_of(CATALOG, Selection(metrics=frozenset({"of_a_plugin_that_is_gone"}))) == PARTS
    assert parts_of(CATALOG, Selection(column="temp")) == PARTS
