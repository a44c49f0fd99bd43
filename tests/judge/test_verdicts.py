"""A whole window judged: statuses, false discoveries, and drift that a data fault explains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelwatch.catalog import Catalog
from modelwatch.domain.instants import DAY, HOUR, Window
from modelwatch.domain.measurement import Baseline, Measurement, Series, Status
from modelwatch.domain.rule import Comparison, Rule
from modelwatch.domain.slices import Slice
from modelwatch.judge.readings import Season
from modelwatch.judge.verdicts import Terms, judge

W = Window(0, DAY)
PSI = Rule(id="psi", metric="psi", comparison=Comparison.LEVEL, warning=0.1, critical=0.25, columns=("features",))
UNSEEN = Rule(id="unseen", metric="unseen_share", comparison=Comparison.ABOVE, warning=0.01, critical=0.05)
ROWS = Rule(id="rows", metric="rows", comparison=Comparison.SEASONAL, warning=50)
FRESH = Rule(id="fresh", metric="freshness_seconds", comparison=Comparison.MULTIPLE, warning=2, critical=4)
AUC = Rule(id="auc", metric="roc_auc", comparison=Comparison.BELOW_REFERENCE_BY, warning=0.03, critical=0.05)
STRICT = replace(AUC, id="strict", warning=0.01, critical=0.02)
RULES = (PSI, UNSEEN, ROWS, FRESH, AUC)


def measured(metric: str, value: float | None, column: str = "", **rest: Any) -> Measurement:
    series = Series(metric, column, **{key: rest.pop(key) for key in ("slice", "version", "span") if key in rest})
    return Measurement(series, rest.pop("window", W), value, 100, **rest)


@pytest.fixture
def terms(catalog: Catalog) -> Terms:
    features = ("temp", "dewp", "wind", "carrier")
    return Terms(rules=RULES, catalog=catalog, features=features, spans=(1, 7, 28))


def statuses(measurements: list[Measurement], terms: Terms) -> list[str]:
    return [str(each.status) for each in judge(measurements, terms).measurements]


def test_a_status_is_the_worst_of_its_rules(terms: Terms) -> None:
    terms = replace(terms, rules=(AUC, STRICT), baselines={Series("roc_auc"): Baseline(0.70, 0.005, 59)})
    judged = judge([measured("roc_auc", 0.665, version="3")], terms)
    assert judged.measurements[0].status is Status.CRITICAL
    assert {verdict.rule: str(verdict.status) for verdict in judged.verdicts} == {
        "auc": "warning",
        "strict": "critical",
    }


def test_a_value_without_a_rule_or_without_anything_to_compare_with_is_ok(terms: Terms) -> None:
    assert statuses([measured("accuracy", 0.1), measured("roc_auc", 0.1), measured("rows", 3.0)], terms) == ["ok"] * 3
    verdicts = judge([measured("roc_auc", 0.1)], terms).verdicts
    assert [str(verdict.status) for verdict in verdicts] == ["not_computed"]


def test_what_has_no_value_says_so(terms: Terms) -> None:
    given = [
        measured("accuracy", None, reason="one class only"),
        measured("psi", None, "temp", reason="no rows", status=Status.NO_DATA),
    ]
    assert statuses(given, terms) == ["not_computed", "no_data"]


def test_baselines_and_seasons_are_looked_up_without_the_version(terms: Terms) -> None:
    terms = replace(
        terms,
        baselines={Series("roc_auc", span=28): Baseline(0.70, 0.005, 32)},
        seasons={Series("rows"): Season((1000.0, 1000.0))},
        expected_us=HOUR,
    )
    given = [
        measured("roc_auc", 0.60, version="7", span=28),
        measured("rows", 400.0, version="7"),
        measured("freshness_seconds", 8000.0, version="7"),
    ]
    assert statuses(given, terms) == ["critical", "warning", "warning"]


def test_false_discoveries_are_held_back_over_the_columns_of_a_span(terms: Terms) -> None:
    # of four columns at 5 %: .012 passes 1/4, .02 passes 2/4; .04 does not pass 3/4 = .0375
    p_values = {"temp": 0.012, "dewp": 0.02, "wind": 0.04, "carrier": 0.9}
    given = [measured("psi", 0.3, column, p_value=p) for column, p in p_values.items()]
    alone = measured("psi", 0.3, "wind", p_value=0.04, span=7)  # another span is another family
    without = measured("psi", 0.3, "prediction")
    judged = judge([*given, alone, without], replace(terms, rules=(replace(PSI, columns=("all",)),)))
    assert [str(each.status) for each in judged.measurements] == [
        "critical", "critical", "ok", "ok", "critical", "critical",
    ]  # fmt: skip
    assert "false-discovery" in (judged.verdicts[2].reason or "")
    assert judged.verdicts[0].reason is None


@pytest.mark.parametrize("apart", [{"version": "2"}, {"slice": Slice.of({"origin": "EWR"})}, {"span": 7}])
def test_families_of_p_values_are_kept_apart(terms: Terms, apart: dict[str, Any]) -> None:
    rules = (replace(PSI, slice=None),)
    mine = measured("psi", 0.3, "temp", p_value=0.04)
    others = [measured("psi", 0.0, column, p_value=0.9, **apart) for column in ("dewp", "wind", "carrier")]
    assert statuses([mine, *others], replace(terms, rules=rules))[0] == "critical"
    together = [replace(each, series=replace(mine.series, column=each.series.column)) for each in others]
    assert statuses([mine, *together], replace(terms, rules=rules))[0] == "ok"


def test_drift_of_a_broken_column_feeds_no_incident(terms: Terms) -> None:
    later = Window(DAY, 2 * DAY)
    given = [
        measured("unseen_share", 0.9, "carrier"),
        measured("unseen_share", 0.0, "temp"),
        measured("psi", 3.0, "carrier"),
        measured("psi", 3.0, "carrier", span=28, window=Window(-27 * DAY, DAY)),
        measured("psi", 3.0, "carrier", version="2"),
        measured("psi", 3.0, "carrier", window=later),
        measured("psi", 3.0, "temp"),
        measured("psi", 0.0, "carrier", span=7),
    ]
    judged = judge(given, terms)
    assert [verdict.inhibited for verdict in judged.verdicts] == [
        False,
        False,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    # the measurement keeps its status: the value is what it is
    assert judged.measurements[2].status is judged.verdicts[2].status is Status.CRITICAL


def test_a_fault_in_one_slice_does_not_excuse_all_rows(terms: Terms) -> None:
    ewr = Slice.of({"origin": "EWR"})
    given = [measured("unseen_share", 0.9, "carrier", slice=ewr), measured("psi", 3.0, "carrier")]
    judged = judge(given, replace(terms, rules=(PSI, replace(UNSEEN, slice=None))))
    assert [(str(verdict.status), verdict.inhibited) for verdict in judged.verdicts] == [
        ("critical", False),
        ("critical", False),
    ]


@settings(deadline=None, max_examples=50)
@given(
    p_values=st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=6),
    unseen=st.booleans(),
    data=st.data(),
)
def test_the_order_of_measurements_does_not_matter(
    catalog: Catalog, p_values: list[float | None], unseen: bool, data: st.DataObject
) -> None:
    columns = [f"x{i}" for i in range(len(p_values))]
    terms = Terms(rules=RULES, catalog=catalog, features=columns)
    given = [measured("psi", 0.3, column, p_value=p) for column, p in zip(columns, p_values, strict=True)]
    given.append(measured("unseen_share", 0.5 if unseen else 0.0, "x0"))
    turned = data.draw(st.permutations(given))
    one, other = judge(given, terms), judge(turned, terms)
    assert {each.series: each for each in one.measurements} == {each.series: each for each in other.measurements}
    assert set(one.verdicts) == set(other.verdicts)
    assert [each.series for each in other.measurements] == [each.series for each in turned]
