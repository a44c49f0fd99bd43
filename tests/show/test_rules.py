"""Rules in words: every comparison has some, levels have their units."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch import measure
from modelwatch.catalog import Catalog
from modelwatch.domain.columns import Task
from modelwatch.domain.measurement import Status
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.domain.slices import Slice
from modelwatch.show.digits import HARD_SPACE
from modelwatch.show.rules import columns_told, condition, level, pages, rows_told
from modelwatch.spec import default_pack

CATALOG = Catalog().register([measure.register])


def rule(metric: str = "psi", comparison: Comparison = Comparison.ABOVE, **given: Any) -> Rule:
    return Rule(id="", metric=metric, comparison=comparison, **given)


@pytest.mark.parametrize("comparison", Comparison)
def test_every_comparison_has_words(comparison: Comparison) -> None:
    assert condition(rule(comparison=comparison), CATALOG.metrics.get("psi"))
    assert condition(rule(comparison=comparison), None)


@pytest.mark.parametrize(("metric", "word"), [("psi", "above"), ("roc_auc", "below"), ("mean_bias", "further from")])
def test_a_plain_level_lies_in_the_bad_direction_of_its_metric(metric: str, word: str) -> None:
    assert condition(rule(metric, Comparison.LEVEL), CATALOG.metrics.get(metric)).startswith(word)


@pytest.mark.parametrize(
    ("metric", "comparison", "value", "text"),
    [
        ("missing_share", Comparison.ABOVE_REFERENCE_BY, 0.05, "5 %"),
        ("latency_p99", Comparison.ABOVE, 2000.0, "2,000 ms"),
        ("silence_seconds", Comparison.ABOVE, 7200.0, "2 h"),
        ("silence_seconds", Comparison.MULTIPLE, 2.0, "2 times"),
        ("rmse", Comparison.ABOVE_REFERENCE_BY_PERCENT, 12.5, "12.5 %"),
        ("label_mean", Comparison.BLOCKS, 3.0, "3 sd of its blocks"),
        ("wasserstein_normed", Comparison.LEVEL, 3.0, "3 sd"),
        ("psi", Comparison.LEVEL, 0.1, "0.1"),
        ("psi", Comparison.LEVEL, None, ""),
    ],
)
def test_levels_have_units(metric: str, comparison: Comparison, value: float | None, text: str) -> None:
    assert level(value, rule(metric, comparison), CATALOG.metrics.get(metric)).replace(HARD_SPACE, " ") == text


def test_what_can_be_critical_pages() -> None:
    assert pages(rule(critical=1.0))
    assert not pages(rule(warning=1.0))
    assert not pages(rule(critical=1.0, cap=Status.WARNING))
    assert not pages(rule(critical=1.0, page=False))


def test_columns_and_slices_have_words() -> None:
    assert columns_told(rule()) == "the model"
    assert columns_told(rule(columns=("temp", "label"))) == "temp, label"
    assert (rows_told(rule()), rows_told(rule(slice=None))) == ("", "in each slice")
    assert rows_told(rule(slice=Slice.of({"origin": "JFK"}))) == "where origin is JFK"


def test_the_whole_pack_can_be_told() -> None:
    for each in default_pack(Task.BINARY, catalog=CATALOG, spans=(1, 7, 28)):
        metric = CATALOG.metrics.get(each.metric)
        assert condition(each, metric)
        assert level(each.warning, each, metric) or level(each.critical, each, metric)
