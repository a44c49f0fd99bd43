"""What a file must have: columns that somebody named are asked for, others are only told."""

from __future__ import annotations

import pytest

from modelwatch.collect.expected import check_labels, check_predictions
from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import InputError

ALL = ["id", "at", "v", "p", "y", "temp"]
NAMED = Layout(
    features={"temp": ColumnKind.NUMERIC},
    task=Task.BINARY,
    id="id",
    timestamp="at",
    version="v",
    score="p",
    label="y",
    error="error",
    declared=frozenset({"id", "at", "v", "p", "y"}),
)


def without(*names: str) -> list[str]:
    return [name for name in ALL if name not in names]


def test_a_whole_file_is_not_spoken_of() -> None:
    assert check_predictions(ALL, NAMED, source="a.csv") == ()
    assert check_labels(ALL, NAMED, outcome="label", source="a.csv") == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("id", r"a\.csv has no column 'id' \(columns\.id\): .* or remove columns\.id .*found are at, v, p, y, temp$"),
        ("at", r"no column 'at' \(columns\.timestamp\): .* or remove columns\.timestamp"),
        ("p", r"no column 'p' \(columns\.score\): rename one, or set columns\.score"),
    ],
)
def test_a_file_without_a_column_that_was_named_is_refused(name: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_predictions(without(name), NAMED, source="a.csv")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("v", "a.csv has no column 'v': model_version is empty in its rows"),
        ("temp", "feature 'temp' is absent from a.csv: it is missing in all its rows"),
    ],
)
def test_what_can_be_done_without_is_told(name: str, told: str) -> None:
    assert check_predictions(without(name), NAMED, source="a.csv") == (told,)


def test_usual_columns_may_be_absent_and_that_is_told() -> None:
    usual = Layout(features={}, task=Task.BINARY, id="id", timestamp="at", version="v", score="p")
    ids, times = check_predictions(["p"], usual, source="a.csv")
    assert ids == "a.csv has no column 'id': ids are made from its content, no label can name them"
    assert times == "a.csv has no column 'at': its rows take the time of their arrival"


def test_labels_need_id_and_truth() -> None:
    with pytest.raises(InputError, match=r"a\.csv: labels need a column for their id, .*set columns\.id"):
        check_labels(without("id"), NAMED, outcome="label", source="a.csv")
    with pytest.raises(InputError, match=r"truth, named y or label; .*set columns\.label"):
        check_labels(without("y"), NAMED, outcome="label", source="a.csv")
    [told] = check_labels(without("at"), NAMED, outcome="label", source="a.csv")
    assert told.startswith("a.csv has no column 'at' or 'timestamp'")
