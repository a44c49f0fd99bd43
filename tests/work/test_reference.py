"""A reference is held against the classes that the specification names, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import InputError, SpecError
from modelwatch.domain.names import ModelKey
from modelwatch.work import Applied

ROWS = 40
TEXT = """model: m
task: binary
columns: {{id: {name}, score: score, label: label, features: {{temp: numeric, city: categorical}}, {more}}}
reference: {{path: reference.parquet}}
"""


def apply(folder: Path, more: str = "", name: str = "id", **columns: list[Any]) -> Applied:
    frame = {
        "id": [f"r{n}" for n in range(ROWS)],
        "temp": [float(n) for n in range(ROWS)],
        "city": ["Oslo", "Rome"] * (ROWS // 2),
        "score": [n / ROWS for n in range(ROWS)],
        "label": [0, 1] * (ROWS // 2),
    }
    pl.DataFrame({**frame, **columns}).write_parquet(folder / "reference.parquet")
    (folder / "monitor.yaml").write_text(TEXT.format(more=more, name=name))
    with Home.open(folder / "home", write=True) as home:
        return home.apply(folder / "monitor.yaml")


def test_the_other_classes_are_those_of_the_labels(tmp_path: Path) -> None:
    assert apply(tmp_path).monitor.roles.negative == (0,)
    words = ["late", "early", "on time", "late"] * (ROWS // 4)
    applied = apply(tmp_path, "positive: late", label=words)
    assert applied.monitor.roles.negative == ("early", "on time")
    assert "several classes count as not late: early, on time" in applied.notes


@pytest.mark.parametrize(
    ("positive", "labels", "told"),
    [
        ("positive: 7", [0, 1], "found '7', which the reference's label never is; allowed: one of 0, 1"),
        ("positive: 1", ["late", "early"], "found '1', which .*; allowed: one of early, late"),
        ("positive: late", [0, 1], "found 'late', which .*; allowed: one of 0, 1"),
    ],
)
def test_a_positive_class_that_never_comes_is_refused_with_its_line(
    tmp_path: Path, positive: str, labels: list[Any], told: str
) -> None:
    with pytest.raises(SpecError, match=rf"monitor\.yaml line 3, column \d+: columns\.positive: {told}"):
        apply(tmp_path, positive, label=labels * (ROWS // 2))


def test_a_label_that_is_no_class_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 of 40 rows .* row 40, label: '2' is neither the positive class 1 nor"):
        apply(tmp_path, label=[0, 1] * 19 + [1, 2])


def test_a_column_with_another_part_is_no_segment(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"segments\[0\]: found 'label', which is columns\.label; allowed: features"):
        apply(tmp_path, "segments: [label]")


def test_a_label_and_a_score_that_cannot_be_are_quarantined(tmp_path: Path) -> None:
    apply(tmp_path)
    served = {"id": ["a", "b"], "temp": [1.0, 2.0], "city": ["Oslo"] * 2, "score": [0.4, 1.7]}
    pl.DataFrame(served).write_parquet(tmp_path / "served.parquet")
    pl.DataFrame({"id": ["a", "b"], "label": [1, 2]}).write_csv(tmp_path / "labels.csv")
    with Home.open(tmp_path / "home", write=True) as home:
        receipt = home.ingest(ModelKey("m"), [tmp_path / "served.parquet"])
        assert (receipt.accepted, receipt.quarantined) == (1, 1)
        assert receipt.faults[0].reason == "score 1.7 is not a probability"
        labels = home.label(ModelKey("m"), [tmp_path / "labels.csv"])
        assert (labels.accepted, labels.quarantined) == (1, 1)
        assert labels.faults[0].reason == "'2' is neither the positive class 1 nor the other class 0"
        pl.DataFrame({"temp": [1.0], "score": [0.3]}).write_parquet(tmp_path / "nameless.parquet")
        with pytest.raises(InputError, match=r"nameless\.parquet has no column 'id' \(columns\.id\)"):
            home.ingest(ModelKey("m"), [tmp_path / "served.parquet", tmp_path / "nameless.parquet"])


def test_a_reference_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text("model: m\ntask: none\nreference:\n  path: refrence.parquet\n")
    told = r"line 4, column 9: reference\.path: found 'refrence\.parquet': .* is not there; allowed: a parquet"
    with Home.open(tmp_path / "home", write=True) as home, pytest.raises(SpecError, match=told):
        home.apply(tmp_path / "monitor.yaml")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("{}", r"columns\.features: found auto, and there is no reference file"),
        ("{features: {temp: numeric}}", r"columns: found neither score nor prediction, and no reference file"),
    ],
)
def test_without_a_reference_columns_must_be_named(tmp_path: Path, columns: str, told: str) -> None:
    (tmp_path / "monitor.yaml").write_text(f"model: m\ntask: binary\ncolumns: {columns}\n")
    with Home.open(tmp_path / "home", write=True) as home, pytest.raises(SpecError, match=told):
        home.apply(tmp_path / "monitor.yaml")


def test_a_named_column_that_the_reference_lacks_is_told(tmp_path: Path) -> None:
    assert "the reference has no column 'idd' (columns.id); did you mean 'id'?" in apply(tmp_path, name="idd").notes


def test_a_segment_is_a_feature(tmp_path: Path) -> None:
    with pytest.raises(
        SpecError, match=r"segments\[0\]: found 'town', which is no feature; allowed: the features city"
    ):
        apply(tmp_path, "segments: [town]")
