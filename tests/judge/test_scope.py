"""Which rule reaches which series."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.instants import DAY, HOUR, MINUTE, Window
from modelwatch.domain.measurement import Series
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.domain.slices import Slice
from modelwatch.judge.scope import applicable, default_spans

EWR = Slice.of({"origin": "EWR"})
DAILY = Window(0, DAY)


def rule(name: str, metric: str = "psi", **rest: Any) -> Rule:
    return Rule(id=name, metric=metric, comparison=Comparison.LEVEL, **rest)


def reached(catalog: Catalog, rules: list[Rule], series: Series, window: Window = DAILY) -> list[str]:
    metric = catalog.metrics.get(series.metric)
    chosen = applicable(rules, series, window, metric=metric, features={"temp", "dewp"}, spans=(1, 7, 28))
    return [each.id for each in chosen]


@pytest.mark.parametrize(
    ("columns", "column", "reaches"),
    [
        ((), "temp", True),
        ((), "", True),
        (("all",), "temp", True),
        (("all",), "prediction", True),
        (("features",), "temp", True),
        (("features",), "prediction", False),
        (("features",), "", False),
        (("prediction",), "prediction", True),
        (("prediction",), "temp", False),
        (("temp", "wind"), "temp", True),
        (("temp", "wind"), "dewp", False),
        (("features", "prediction"), "prediction", True),
    ],
)
def test_columns_by_word_and_by_name(catalog: Catalog, columns: tuple[str, ...], column: str, reaches: bool) -> None:
    assert reached(catalog, [rule("r", columns=columns)], Series("psi", column)) == ["r"] * reaches


def test_only_its_own_metric(catalog: Catalog) -> None:
    assert reached(catalog, [rule("r", "psi"), rule("s", "missing_share")], Series("missing_share", "temp")) == ["s"]


@pytest.mark.parametrize(
    ("given", "here", "reaches"),
    [
        (Slice(), Slice(), True),
        (Slice(), EWR, False),
        (EWR, EWR, True),
        (EWR, Slice(), False),
        (None, EWR, True),
        (None, Slice(), True),
    ],
)
def test_slices(catalog: Catalog, given: Slice | None, here: Slice, reaches: bool) -> None:
    series = Series("missing_share", "temp", slice=here)
    assert reached(catalog, [rule("r", "missing_share", slice=given)], series) == ["r"] * reaches


@pytest.mark.parametrize(
    ("metric", "spans", "judged"),
    [
        ("psi", None, [1, 7, 28]),
        ("roc_auc", None, [1, 28]),
        ("missing_share", None, [1]),
        ("psi", (28,), [28]),
        ("missing_share", (7, 28), [7, 28]),
    ],
)
def test_spans_by_rule_or_by_metric(
    catalog: Catalog, metric: str, spans: tuple[int, ...] | None, judged: list[int]
) -> None:
    rules = [rule("r", metric, spans=spans)]
    assert [span for span in (1, 7, 28) if reached(catalog, rules, Series(metric, "temp", span=span))] == judged


def test_one_span_is_first_and_last_at_once(catalog: Catalog) -> None:
    assert default_spans(catalog.metrics.get("roc_auc"), (1,)) == (1,)


@pytest.mark.parametrize(
    ("window", "here", "reaches"),
    [
        (None, DAILY, True),
        (DAY, DAILY, True),
        (DAY, Window(0, 23 * HOUR), True),
        (DAY, Window(0, 25 * HOUR), True),
        (5 * MINUTE, DAILY, False),
        (5 * MINUTE, Window(0, 5 * MINUTE), True),
        (HOUR, Window(0, 23 * HOUR), False),
    ],
)
def test_windows(catalog: Catalog, window: int | None, here: Window, reaches: bool) -> None:
    assert reached(catalog, [rule("r", window=window)], Series("psi", "temp"), here) == ["r"] * reaches


@pytest.mark.parametrize(
    ("column", "ids"),
    [
        ("temp", ["mine"]),  # an own rule that names the column stands alone
        ("dewp", ["pack", "own"]),
        (
            "prediction",
            ["own", "scores"],
        ),  # the pack's rule that names the column beats its rule by word only
    ],
)
def test_a_name_beats_a_word(catalog: Catalog, column: str, ids: list[str]) -> None:
    rules = [
        rule("pack", columns=("all",)),
        rule("own", columns=("all",), origin="own"),
        rule("mine", columns=("temp",), origin="own"),
        rule("scores", columns=("prediction",)),
    ]
    assert reached(catalog, rules, Series("psi", column)) == ids


def test_a_name_beats_a_word_only_where_it_applies(catalog: Catalog) -> None:
    rules = [rule("pack", columns=("all",)), rule("mine", columns=("temp",), origin="own", spans=(28,))]
    assert reached(catalog, rules, Series("psi", "temp", span=7)) == ["pack"]
    assert reached(catalog, rules, Series("psi", "temp", span=28)) == ["mine"]
