"""JSON lines: every record counts, not the first alone; odd values are values, and a bad line is named."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.collect import read_batches
from modelwatch.domain.errors import InputError

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text()
records = st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), scalars, min_size=1), min_size=1)


def read(content: str, path: Path, *, rows: int = 50_000) -> list[dict[str, Any]]:
    path.write_text(content, "utf-8")
    return [row for batch in read_batches(path, rows=rows) for row in batch.to_dicts()]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json") / "a.jsonl"


@given(written=records, rows=st.integers(1, 4))
def test_records_come_back_as_they_were_written(written: list[dict[str, Any]], rows: int, path: Path) -> None:
    found = read("\n".join(map(json.dumps, written)), path, rows=rows)
    told = [{name: value for name, value in record.items() if value is not None} for record in found]
    assert told == [{name: v for name, v in record.items() if v is not None} for record in written]


def test_a_field_that_comes_later_is_a_column(path: Path) -> None:
    assert read('{"a": 1}\n{"b": 2}\n{"a": 3}\n', path, rows=1) == [
        {"a": 1},
        {"a": None, "b": 2},
        {"a": 3, "b": None},
    ]


def test_the_features_of_a_record_are_columns(path: Path) -> None:
    line = '{"id": "a", "features": {"temp": 1.5, "id": "inner"}}'
    assert read(line, path) == [{"id": "a", "temp": 1.5, "features.id": "inner"}]


def test_numbers_that_no_float_holds_are_infinite_and_the_other_rows_stay(path: Path) -> None:
    digits = "9" * 5000
    found = read(f'{{"a": 1e400}}\n{{"a": -1e400}}\n{{"a": {digits}}}\n{{"a": 0.5}}\n{{"a": NaN}}\n', path)
    values = [row["a"] for row in found]
    assert values[:4] == [math.inf, -math.inf, math.inf, 0.5]
    assert math.isnan(values[4])


def test_half_a_surrogate_pair_stays_told_apart(path: Path) -> None:
    found = read('{"id": "\\ud800"}\n{"id": "\\ud801"}\n{"\\ud800": 1, "id": "é"}\n', path)
    assert [row["id"] for row in found] == ["\\ud800", "\\ud801", "é"]
    assert found[2]["\\ud800"] == 1


def test_large_whole_numbers_keep_their_digits(path: Path) -> None:
    for value in (2**53 + 1, 2**63, 2**100):
        assert [row["a"] for row in read(f'{{"a": {value}}}\n{{"a": 1.5}}', path)] == [value, 1.5]
        assert read(f'{{"a": {value}}}', path) == [{"a": value}]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{a: 1}", "line 3 of .* is not JSON: .* at character 2"),
        ('{"a": 1', "line 3 of .* is not JSON"),
        ("[1, 2]", "line 3 of .* is not a JSON object"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 3 of .* is nested too deeply"),
    ],
)
def test_a_line_that_is_no_object_is_named(line: str, told: str, path: Path) -> None:
    for rows in (1, 50_000):
        with pytest.raises(InputError, match=told):
            read(f'{{"a": 1}}\n\n{line}\n{{"a": 2}}\n', path, rows=rows)
