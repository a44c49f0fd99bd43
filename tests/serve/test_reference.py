"""The page on HTTP: its examples run as they stand and answer as it says, and no status is missing from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from served import Served

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text("utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(sh|json)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, Any]]:
    """Each block of commands with the answer that the page shows beneath it, None where it shows none."""
    following = [*BLOCKS[1:], ("", "")]
    pairs = zip(BLOCKS, following, strict=True)
    return [
        (text, json.loads(then) if kind == "json" else None) for (lang, text), (kind, then) in pairs if lang == "sh"
    ]


def test_every_status_of_the_description_is_on_the_page() -> None:
    from modelwatch.serve.openapi import description

    problems = {code for code in description()["paths"]["/v1/models"]["get"]["responses"] if code >= "400"}
    assert problems <= {*re.findall(r"\b[45]\d\d\b", PAGE)}


@pytest.mark.system
def test_the_examples_answer_as_the_page_says(
    made: Path, tmp_path: Path, serving: Callable[[Path], Served], subtests: pytest.Subtests
) -> None:
    assert shutil.which("curl"), "the examples need curl"
    shutil.copytree(made / "home", tmp_path / "home")
    url = serving(tmp_path / "home").url
    for number, (text, shown) in enumerate(examples()):
        if "export URL" in text:
            continue
        with subtests.test(number):
            command = ["bash", "-ec", "set -o pipefail\n" + text]
            ran = subprocess.run(command, env={**os.environ, "URL": url}, capture_output=True, check=False)
            assert ran.returncode == 0, (text, ran.stdout, ran.stderr)
            if shown is not None:
                assert_like(json.loads(ran.stdout), shown)


def assert_like(answer: Any, shown: Any) -> None:
    """The answer has all that the page shows, with the same values; of lists the first items."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert_like(answer[name], value)
    elif isinstance(shown, list):
        for place, value in enumerate(shown):
            assert_like(answer[place], value)
    else:
        assert answer == shown
