"""Killed at any line on its way, every message arrives, with the same key, and stands in the log once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks of itself")


def killed(folder: Path, *options: str) -> dict[str, Any]:
    """Run the program next to this file, which is killed again and again, and return what it saw."""
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(folder), *options]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


@pytest.mark.slow
def test_a_kill_at_any_line_loses_and_repeats_nothing(tmp_path: Path) -> None:
    seen = killed(tmp_path)
    assert seen["wrong"] == {}
    assert seen["points"] > 100


def test_a_log_that_forgets_its_keys_would_be_found_out(tmp_path: Path) -> None:
    assert killed(tmp_path, "forgetful")["wrong"] != {}
