"""Asking for measurements that there cannot be is answered with what there is."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from modelwatch.app import Home
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.names import ModelKey
from modelwatch.domain.slices import Slice

KEY = ModelKey("m")
ROWS = 400
TEXT = """model: m
task: binary
columns: {score: score, label: label, features: {temp: numeric, city: categorical}, segments: [city]}
reference: {path: reference.parquet}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("asked")
    frame = {
        "temp": [float(n) for n in range(ROWS)],
        "city": ["Oslo", "Rome"] * (ROWS // 2),
        "score": [n / ROWS for n in range(ROWS)],
        "label": [0, 1] * (ROWS // 2),
    }
    pl.DataFrame(frame).write_parquet(folder / "reference.parquet")
    (folder / "monitor.yaml").write_text(TEXT)
    home = Home.open(folder / "home", write=True)
    home.apply(folder / "monitor.yaml")
    return home


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"column": "tmp"}, "of a column 'tmp'; allowed: temp, city, prediction, label; did you mean 'temp'"),
        ({"metric": "roc_auc", "column": "temp"}, "no roc_auc of a column 'temp'; allowed: prediction"),
        ({"metric": "rows", "column": "temp"}, "of the model as a whole, not of 'temp'"),
        ({"metric": "ks", "column": "city"}, "no ks of a column 'city'; allowed: temp, prediction"),
        ({"metric": "rmse"}, "rmse is not measured of binary models; allowed: .*roc_auc"),
        ({"metric": "roc_auk"}, "did you mean 'roc_auc'"),
        ({"slice": Slice.of({"temp": "1"})}, "no slices by 'temp'; allowed: city"),
        ({"slice": Slice.of({"city": "Roma"})}, "no slice city=Roma; allowed: .*Oslo.*; did you mean 'Rome'"),
        ({"metric": "psi", "slice": Slice.of({"city": "Rome"})}, "psi is not measured by slice; allowed: .*roc_auc"),
    ],
)
def test_what_cannot_be_there_is_refused(home: Home, wanted: dict[str, Any], told: str) -> None:
    with pytest.raises(UnknownName, match=told):
        home.metrics(KEY, **wanted)


@pytest.mark.parametrize(
    "wanted", [{}, {"column": "temp"}, {"metric": "rows", "slice": Slice.of({"city": "Rome"})}, {"metric": "roc_auc"}]
)
def test_what_was_not_measured_yet_is_fine(home: Home, wanted: dict[str, Any]) -> None:
    assert home.metrics(KEY, **wanted) == []
