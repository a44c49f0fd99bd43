"""Rows in the words of the interface: `input`, `probabilities` and `metadata` laid open, names of both kinds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect.layout import Layout
from modelwatch.collect.served import in_our_words, served_layout, served_record
from modelwatch.domain.columns import ColumnKind, Task

FEATURES = {"temp": ColumnKind.NUMERIC, "carrier": ColumnKind.CATEGORICAL}
LAYOUT = Layout(features=FEATURES, task=Task.BINARY, id="flight", timestamp="at", score="p_late", positive="late")


def test_the_word_of_the_interface_goes_before_the_models_own_name() -> None:
    served = served_layout(LAYOUT, ["prediction_id", "flight", "at", "p_late", "latency_ms"])
    assert (served.id, served.timestamp, served.score, served.version) == ("prediction_id", "at", "p_late", None)
    assert served.latency_ms == "latency_ms"


def test_a_part_that_is_not_sent_is_not_looked_for() -> None:
    served = served_layout(LAYOUT, ["temp"])
    assert served.roles == {}


def test_a_feature_is_not_taken_for_a_part() -> None:
    layout = Layout(features={"error": ColumnKind.NUMERIC, "score": ColumnKind.NUMERIC}, task=Task.BINARY, score="p")
    served = served_layout(layout, ["error", "score", "p"])
    assert (served.error, served.score) == (None, "p")


@pytest.mark.parametrize(
    ("record", "row"),
    [
        ({"temp": 1}, {"temp": 1}),
        ({"input": [20, "UA"]}, {"temp": 20, "carrier": "UA"}),
        ({"input": [20, "UA"], "temp": 21}, {"temp": 21, "carrier": "UA"}),
        ({"input": [20]}, {"input": [20]}),
        ({"input": "text"}, {"input": "text"}),
        ({"probabilities": [0.3, 0.7]}, {"score": 0.7}),
        ({"probabilities": {"early": 0.3, "late": 0.7}}, {"score": 0.7}),
        ({"probabilities": {"early": 0.3}}, {"probabilities": {"early": 0.3}}),
        ({"probabilities": [0.1, 0.2, 0.7]}, {"probabilities": [0.1, 0.2, 0.7]}),
        ({"probabilities": "ab"}, {"probabilities": "ab"}),
        ({"probabilities": [0.3, 0.7], "score": 0.6}, {"probabilities": [0.3, 0.7], "score": 0.6}),
        ({"metadata": {"request": "r1"}}, {"request": "r1"}),
        ({"metadata": {"temp": "cold"}, "temp": 3}, {"temp": 3, "metadata.temp": "cold"}),
        ({"metadata": {"carrier": "UA"}}, {"metadata.carrier": "UA"}),
        ({"metadata": "text"}, {"metadata": "text"}),
    ],
)
def test_a_record_is_laid_open(record: dict[str, Any], row: dict[str, Any]) -> None:
    before = dict(record)
    assert served_record(record, LAYOUT) == row
    assert record == before


def test_whole_classes_are_found_however_they_are_written() -> None:
    layout = Layout(features={}, task=Task.BINARY, positive=1)
    for name in ("1", 1, 1.0, True):
        assert served_record({"probabilities": {name: 0.7}}, layout) == {"score": 0.7}


def test_probabilities_of_other_tasks_stay_as_they_are() -> None:
    record = {"probabilities": [0.3, 0.7]}
    assert served_record(record, Layout(features={}, task=Task.REGRESSION)) == record


VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=5
)


@given(st.dictionaries(st.sampled_from(["input", "probabilities", "metadata", "score", "temp", "x"]), VALUES))
def test_no_value_is_lost(record: dict[str, Any]) -> None:
    row = served_record(record, LAYOUT)
    for name in ("temp", "score", "x"):
        if name in record:
            assert row[name] == record[name]


def test_a_row_is_put_into_the_words_of_the_interface_with_a_time() -> None:
    sent = {"flight": "a", "at": 5, "p_late": 0.7, "temp": 1}
    assert in_our_words(sent, LAYOUT, arrival=0) == {"temp": 1, "prediction_id": "a", "timestamp": 5, "score": 0.7}
    assert sent == {"flight": "a", "at": 5, "p_late": 0.7, "temp": 1}
    both = {"flight": "a", "prediction_id": "b", "timestamp": 7}
    assert in_our_words(both, LAYOUT, arrival=0) == both
    assert in_our_words({"timestamp": None}, LAYOUT, arrival=0)["timestamp"] == "1970-01-01T00:00:00Z"


def test_a_feature_named_like_a_part_stays_one() -> None:
    layout = Layout(features={"timestamp": ColumnKind.NUMERIC}, task=Task.BINARY, timestamp="at")
    assert in_our_words({"timestamp": 5.0}, layout, arrival=0) == {"timestamp": 5.0}
