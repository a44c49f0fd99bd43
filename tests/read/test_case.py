"""One incident with its model: found in its project only, the worst of what fires first."""

from __future__ import annotations

import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import DAY
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.read.case import Case, load_case, measured
from modelwatch.store.metadata import Transaction


def test_what_fires_leads(case: tuple[Transaction, Case]) -> None:
    _, incident = case
    assert incident.lead is not None
    assert (incident.lead.series, incident.lead.status) == (Series("missing_share", "income"), Status.CRITICAL)
    assert incident.then == incident.lead.window
    assert (incident.begin, incident.live, incident.zone) == (incident.window, True, "UTC")
    assert (incident.title("roc_auc"), incident.title("gone")) == ("ROC AUC", "gone")


def test_an_incident_is_found_in_its_project_only(faulty: Home, case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    with pytest.raises(UnknownName):
        load_case(tx, faulty.catalog, incident.stored.id, project="rides", now=0)


def test_measurements_are_those_that_the_api_tells(faulty: Home, case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    selection = Selection(metrics=frozenset({"roc_auc"}), slice=ALL_ROWS)
    found = measured(tx, incident, selection, incident.then.start - DAY, incident.then.end)
    told = faulty.metrics(incident.key, metric="roc_auc", since=incident.then.start - DAY)
    assert {at: of[Series("roc_auc", "prediction")].value for at, of in found.items()} == {
        each.window.start: each.value for each in told
    }
