"""The tour: every step of it, word for word, with what it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from served import free_port

from .walk import BLOCK, Walk, commands

PAGE = Path(__file__).parents[2] / "docs" / "learn" / "tour.md"


@pytest.mark.slow
@pytest.mark.system
def test_the_tour_goes_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Walk(tmp_path, {"8321": str(free_port())}).walk(PAGE.read_text("utf-8"))


def test_no_block_but_the_set_up_is_left_out() -> None:
    page = PAGE.read_text("utf-8")
    marks = re.findall(r"^```(\w+)$", page, re.MULTILINE)
    assert marks.count("sh") == 1
    assert len(BLOCK.findall(page)) == len(marks) - 1
    told = [line for _, block in BLOCK.findall(page) for line in block.splitlines() if line.startswith("$ ")]
    assert len(told) == len(
        [each for kind, block in BLOCK.findall(page) if kind == "console" for each in commands(block)]
    )


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("```console\n$ echo one\ntwo\n```\n", "it prints\none"),
        ("```console\n$ exit 3\n```\n", "exit 3"),
        ("```python\n>>> 1 + 1\n3\n\n```\n", "Expected:\n    3"),
    ],
)
def test_a_step_that_goes_otherwise_is_told(page: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=re.escape(fault)):
        Walk(tmp_path, {}).walk(page)


def test_what_is_left_out_may_be_anything(tmp_path: Path) -> None:
    page = "```console\n$ printf 'a b\\nc\\nd\\n' \\\n> | cat\na   b\n...\nd\n$ echo unseen\n```\n"
    Walk(tmp_path, {}).walk(page)
