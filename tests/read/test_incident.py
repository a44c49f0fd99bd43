"""The page of an incident as values: what the API tells of it, since when to the hour, and what it did to the model."""

from __future__ import annotations

import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import DAY, HOUR
from modelwatch.read.incident import IncidentView, incident_view
from modelwatch.show.status import State

FAULT = 15_997 * DAY + 12 * HOUR  # in the home `faulty`


@pytest.fixture
def view(faulty: Home) -> IncidentView:
    with faulty.state.reading() as tx:
        return incident_view(tx, faulty.catalog, 1, project="default", now=faulty.now())


def test_it_is_what_the_api_tells(faulty: Home, view: IncidentView) -> None:
    [told] = faulty.incidents(incident_id=1)
    assert (view.title, view.kind, view.standing) == (told["title"], "data_fault", told["state"])
    assert (view.predictions, view.affected) == (240, 240)
    assert view.columns == tuple(told["cause"]["columns"])
    assert ": ".join((view.action[0], view.action[1][:1].lower() + view.action[1][1:])) == told["cause"]["first_action"]
    assert (view.state, view.team, view.rule) == (State.CRITICAL, "risk", told["firing"][0]["rule"])


def test_since_is_told_to_the_hour(view: IncidentView) -> None:
    assert (view.since, view.to_the_hour) == (FAULT, True)
    assert view.lasted == 16_000 * DAY - FAULT
    assert view.timeline[0].at == FAULT


def test_the_effect_is_told_also_where_there_is_none(faulty: Home, view: IncidentView) -> None:
    assert view.course is not None
    assert (view.course.series.metric, view.course.stood) == ("roc_auc", "inside")
    assert view.scores is not None
    read = {figure.metric: figure.value for figure in view.figures}
    for metric in ("roc_auc", "recall"):
        [told] = faulty.metrics(view.key, metric=metric, since=view.then[0])
        assert read[metric] == told.value


def test_what_a_fault_of_another_kind_would_show_is_left_out(view: IncidentView) -> None:
    assert view.grid is not None
    assert (view.grid.what, view.distribution, view.lead, view.pair) == ("missing", None, None, None)


def test_those_of_others_are_not_there(faulty: Home) -> None:
    with faulty.state.reading() as tx, pytest.raises(UnknownName):
        incident_view(tx, faulty.catalog, 1, project="rides", now=0)
