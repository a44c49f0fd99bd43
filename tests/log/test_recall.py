"""What the log remembers: repeats and contradictions as the lake will find them, however little is kept."""

from __future__ import annotations

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake, Spool, flush
from modelwatch.log.recall import Judged, Recall

from .conftest import Rows

KEY = ModelKey("flight-delay")


def told(judged: Judged) -> tuple[list[bool], list[bool], list[bool]]:
    return judged.repeated.tolist(), judged.conflicting.tolist(), judged.waiting.tolist()


def test_the_first_row_of_an_id_is_new_an_equal_one_repeats_another_contradicts(lake: Lake, predictions: Rows) -> None:
    recall = Recall(lake)
    assert told(recall.judge(KEY, "predictions", predictions(0, 1))) == ([False, False], [False, False], [False, False])
    assert told(recall.judge(KEY, "predictions", predictions(1, 2)))[0] == [True, False]
    assert told(recall.judge(KEY, "predictions", predictions(0, temp=9.0)))[1] == [True]


def test_rows_that_are_in_the_lake_are_known(spool: Spool, lake: Lake, predictions: Rows, labels: Rows) -> None:
    spool.append(KEY, "predictions", predictions(0, 1), received=0)
    spool.append(KEY, "labels", labels(0), received=0)
    flush(spool, lake)
    recall = Recall(lake)
    assert told(recall.judge(KEY, "predictions", predictions(1, 2)))[0] == [True, False]
    assert told(recall.judge(KEY, "labels", labels(0)))[0] == [True]


def test_models_environments_and_tables_do_not_mix(lake: Lake, predictions: Rows) -> None:
    recall = Recall(lake)
    for key in (KEY, ModelKey("eta"), ModelKey("flight-delay", "test"), ModelKey("flight-delay", project="rides")):
        assert told(recall.judge(key, "predictions", predictions(0)))[0] == [False]


def test_another_version_of_an_id_is_another_row(lake: Lake, predictions: Rows) -> None:
    recall = Recall(lake)
    recall.judge(KEY, "predictions", predictions(0))
    other = predictions(0).with_columns(model_version=pl.lit("2"))
    assert told(recall.judge(KEY, "predictions", other))[:2] == ([False], [False])


def test_a_label_waits_until_its_prediction_is_there(spool: Spool, lake: Lake, predictions: Rows, labels: Rows) -> None:
    spool.append(KEY, "predictions", predictions(0), received=0)
    flush(spool, lake)
    recall = Recall(lake)
    recall.judge(KEY, "predictions", predictions(1))
    assert told(recall.judge(KEY, "labels", labels(0, 1, 2)))[2] == [False, False, True]


def test_a_revised_label_is_neither_a_repeat_nor_a_contradiction(lake: Lake, labels: Rows) -> None:
    recall = Recall(lake)
    recall.judge(KEY, "labels", labels(0))
    assert told(recall.judge(KEY, "labels", labels(0, label=0.0, days=2)))[:2] == ([False], [False])
    assert told(recall.judge(KEY, "labels", labels(0)))[0] == [True]


def test_what_is_forgotten_is_read_anew(spool: Spool, lake: Lake, predictions: Rows) -> None:
    recall = Recall(lake)
    recall.judge(KEY, "predictions", predictions(0))
    recall.forget()
    assert told(recall.judge(KEY, "predictions", predictions(0)))[0] == [False]
    spool.append(KEY, "predictions", predictions(3), received=0)
    flush(spool, lake)
    recall.forget()
    assert told(recall.judge(KEY, "predictions", predictions(3)))[0] == [True]


def test_the_memory_is_bounded_and_keeps_what_came_last(lake: Lake, predictions: Rows) -> None:
    recall = Recall(lake, most=8)
    for day in range(20):
        recall.judge(KEY, "predictions", predictions(*range(8 * day, 8 * day + 8)))
    assert told(recall.judge(KEY, "predictions", predictions(*range(152, 160))))[0] == [True] * 8
    assert told(recall.judge(KEY, "predictions", predictions(*range(8))))[0] == [False] * 8


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([0.0, 1.0])), min_size=1), max_size=6))
def test_cutting_rows_into_batches_changes_no_verdict(
    lake: Lake, predictions: Rows, batches: list[list[tuple[int, float]]]
) -> None:
    frames = [pl.concat([predictions(number, temp=temp) for number, temp in batch]) for batch in batches]
    if not frames:
        return
    by_batch, whole = Recall(lake), Recall(lake).judge(KEY, "predictions", pl.concat(frames))
    judged = [told(by_batch.judge(KEY, "predictions", frame)) for frame in frames]
    assert [flag for repeated, _, _ in judged for flag in repeated] == whole.repeated.tolist()
    assert [flag for _, conflicting, _ in judged for flag in conflicting] == whole.conflicting.tolist()
