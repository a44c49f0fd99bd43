"""A comparison as a page: the answer first, every column with the numbers of the JSON, nothing invented."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelwatch as mw
from modelwatch.domain.errors import InputError
from modelwatch.show import digits

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def result() -> mw.Comparison:
    rng = np.random.default_rng(0)
    rows = 3000
    before: dict[str, Any] = {
        "still": rng.normal(0, 1, rows),
        "moved": rng.normal(0, 1, rows),
        "plan": rng.choice(["basic", "pro"], rows),
        HOSTILE: rng.random(rows),
        "note": np.array([f"row {each}" for each in rng.integers(10**12, size=rows)]),
        "gone": rng.random(rows),
    }
    after = {name: np.array(values) for name, values in before.items() if name != "gone"}
    after["moved"] = after["moved"] + 2
    after["plan"] = np.where(np.arange(rows) % 3 == 0, "</style>", after["plan"])
    return mw.compare(reference=before, current=after)


@pytest.fixture(scope="module")
def page(result: mw.Comparison, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "drift.html"
    result.save_html(path)
    return path.read_text(encoding="utf-8")


def bodies(page: str) -> dict[str, str]:
    """What the page tells of each column."""
    parts = page.split("<tbody data-status=")[1:]
    return {unescape(re.findall(r'<bdi title="([^"]*)"', each)[0]): each for each in parts}


def test_the_answer_stands_first(page: str) -> None:
    first = unescape(re.findall(r"<h1>(.*?)</h1>", page)[0])
    assert first.startswith("2 of 4 columns drift: moved, plan")
    assert "2 faults in the data" in first


def test_every_column_tells_the_numbers_of_the_json(result: mw.Comparison, page: str) -> None:
    found = bodies(page)
    assert set(found) == {column.name for column in result.columns}
    for column in result.columns:
        words = {"critical": "Critical", "warning": "Warning", "ok": "OK", "not_computed": "Not computed"}
        assert words[column.status] in found[column.name]
        for metric in column.metrics.values():
            if metric.value is not None:
                assert digits.metric(metric.value) in unescape(found[column.name])


def test_the_worst_stands_first(page: str) -> None:
    order = [int(each) for each in re.findall(r'<tbody data-status="(\d)"', page)]
    assert order == sorted(order)


def test_new_and_lost_levels_are_named(page: str) -> None:
    assert "new" in bodies(page)["plan"]


def test_no_name_and_no_value_becomes_markup(page: str) -> None:
    assert page.count("<script>") == page.count("</script>") == 1
    assert page.count("</style>") == 1
    assert "alert(1)" in page


def test_a_notebook_shows_the_same_page(result: mw.Comparison, page: str) -> None:
    assert unescape(re.findall(r'srcdoc="([^"]*)"', result._repr_html_())[0]) == page


def test_what_cannot_be_written_is_said(result: mw.Comparison, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        result.save_html(tmp_path / "no" / "such" / "folder.html")


def test_two_empty_tables_make_a_page(tmp_path: Path) -> None:
    empty = mw.compare(reference={"a": np.array([], float)}, current={"a": np.array([], float)})
    empty.save_html(tmp_path / "empty.html")
    assert "could be judged" in (tmp_path / "empty.html").read_text(encoding="utf-8")
