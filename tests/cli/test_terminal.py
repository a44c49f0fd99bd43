"""What reaches standard output and standard error, with and without a person who watches."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelwatch.cli.terminal import json_text, progress, remark, say, say_json_list, write_json
from modelwatch.domain.errors import InputError


def watched(code: str, stream: str) -> tuple[str, str]:
    """Run code with one of its streams on a terminal; what came there, and what came on the other one."""
    terminal, end = pty.openpty()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {stream: end}
    command = [sys.executable, "-c", f"from modelwatch.cli.terminal import *\n{code}"]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    with subprocess.Popen(command, **streams, env=environment) as process:  # type: ignore[call-overload]
        os.close(end)
        seen = b"".join(_until_closed(terminal))
        piped = (process.stderr if stream == "stdout" else process.stdout).read()
    os.close(terminal)
    assert process.returncode == 0, (seen, piped)
    return seen.decode(), piped.decode()


def _until_closed(terminal: int) -> Iterator[bytes]:
    try:
        while chunk := os.read(terminal, 4096):
            yield chunk
    except OSError:  # how Linux says that the other end is closed
        return


def test_statuses_are_coloured_for_a_person_only(capsys: pytest.CaptureFixture[str]) -> None:
    say(["temp critical", "dewp warning", "hour ok"])
    assert capsys.readouterr().out == "temp critical\ndewp warning\nhour ok\n"
    seen, _ = watched("say(['temp critical', 'hour ok'])", "stdout")
    assert "\x1b[31mcritical\x1b[0m" in seen
    assert "hour ok" in seen


def test_a_progress_bar_is_shown_to_a_person_only(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as bar:
        assert bar is None
    code = "with progress() as bar:\n bar(1, 2, 'first part')\n bar(3, None, 'second part')\nprint('answer')"
    seen, answer = watched(code, "stderr")
    assert "second part" in seen
    assert answer == "answer\n"


def test_remarks_are_for_a_person_only(capsys: pytest.CaptureFixture[str]) -> None:
    remark("written")
    assert capsys.readouterr() == ("", "")
    assert watched("remark('written')", "stderr")[0].strip() == "written"


@pytest.mark.parametrize("number", [0, 1, 1000, 1001])
def test_a_long_list_is_printed_as_it_comes(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    say_json_list({"n": n} for n in range(number))
    out = capsys.readouterr().out
    assert json.loads(out) == [{"n": n} for n in range(number)]
    assert len(out.splitlines()) == (number + 2 if number else 1)


def test_json_holds_any_text_but_no_nan() -> None:
    assert json.loads(json_text({"é": "\u2028 ☂"})) == {"é": "\u2028 ☂"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(float("nan"))


def test_json_goes_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"a": 1}, tmp_path / "f.json")
    write_json({"a": 1}, Path("-"))
    assert (tmp_path / "f.json").read_text() == capsys.readouterr().out == '{"a": 1}\n'
    with pytest.raises(InputError, match="cannot be written"):
        write_json({}, tmp_path)
