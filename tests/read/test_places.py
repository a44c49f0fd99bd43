"""Slices of an incident: worst first, with what the API tells of each."""

from __future__ import annotations

from dataclasses import replace

from modelwatch.app import Home
from modelwatch.domain.names import ModelKey
from modelwatch.domain.slices import Slice
from modelwatch.read.case import Case
from modelwatch.read.places import places
from modelwatch.store.metadata import Transaction


def test_each_slice_reads_what_the_api_tells(faulty: Home, case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    found = places(tx, incident)
    assert found is not None
    assert (found.lead, found.column, found.largest) == ("missing_share", "income", 1.0)
    assert {place.where for place in found.rows} == {(("branch", "north"),), (("branch", "south"),)}
    for place in found.rows:
        where = Slice(place.where)
        for metric, value in (("roc_auc", place.key), ("prediction_mean", place.predicted), ("rows", place.rows)):
            told = faulty.metrics(ModelKey("loans"), metric=metric, slice=where, since=incident.then.start)
            assert value in [each.value for each in told]
        assert (place.lead, place.usual) == (1.0, 0.0)


def test_without_what_fires_there_are_no_places(case: tuple[Transaction, Case]) -> None:
    tx, incident = case
    assert places(tx, replace(incident, firing=())) is None
