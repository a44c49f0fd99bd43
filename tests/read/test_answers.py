"""Answers in numbers: what fires most and in how many columns, what metrics read then, and the first step to take."""

from __future__ import annotations

from dataclasses import replace

from modelwatch.app import Home
from modelwatch.domain.measurement import Series
from modelwatch.read.answers import figures, first_step, what_of
from modelwatch.read.case import Case
from modelwatch.store.metadata import Transaction


def test_what_is_wrong_is_told_in_numbers(case: tuple[Transaction, Case]) -> None:
    _, incident = case
    what = what_of(incident)
    assert what is not None
    assert (what.columns, what.of, what.empty) == (("income",), 3, True)
    assert (what.low, what.high, what.limit, what.reference) == (1.0, 1.0, 0.2, 0.0)
    assert what_of(replace(incident, firing=())) is None


def test_a_share_that_is_not_all_is_not_empty(case: tuple[Transaction, Case]) -> None:
    _, incident = case
    what = what_of(replace(incident, firing=(replace(incident.firing[0], value=0.5),)))
    assert what is not None
    assert not what.empty


def test_figures_are_those_of_the_api_without_what_is_told_already(
    faulty: Home, case: tuple[Transaction, Case]
) -> None:
    tx, incident = case
    key = Series("roc_auc", "prediction")
    for figure in figures(tx, incident, key):
        [told] = faulty.metrics(incident.key, metric=figure.metric, since=incident.then.start)
        assert (figure.value, figure.n) == (told.value, told.n)
    lead = replace(incident, firing=(replace(incident.firing[0], series=key),))
    assert [figure.metric for figure in figures(tx, lead, key)] == ["recall"]
    assert list(figures(tx, incident, None)) == []


def test_an_action_of_one_step_has_no_rest() -> None:
    assert first_step("Retrain") == ("Retrain", "")
