"""Walks through a page of the documentation as a reader would: its commands and its Python, in order, in one folder.

A block marked `console` holds commands after `$ ` (continued after `> `) with what they print; a block marked `python`
holds a session. Output is compared as doctest does, so `...` stands for anything; where none is shown none is compared.
"""

from __future__ import annotations

import doctest
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*(?:\n> .*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass
class Walk:
    """One walk in a folder, with the port that the page names replaced by a free one."""

    folder: Path
    ports: dict[str, str]
    names: dict[str, Any] = field(default_factory=dict)
    behind: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def walk(self, page: str) -> None:
        """Do every block of a page.

        Raises
        ------
        AssertionError
            At the first step that fails or prints something else.
        """
        for named, free in self.ports.items():
            page = page.replace(named, free)
        try:
            for number, (kind, block) in enumerate(BLOCK.findall(page)):
                if kind == "python":
                    self._session(block, f"block {number}")
                else:
                    for command, shown in commands(block):
                        self._command(command, shown)
        finally:
            self._stop()

    def _session(self, block: str, name: str) -> None:
        test = doctest.DocTestParser().get_doctest(block, self.names, name, None, None)
        told: list[str] = []
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        failed = runner.run(test, out=told.append, clear_globs=False).failed
        self.names |= test.globs
        assert not failed, "".join(told)

    def _command(self, command: str, shown: str) -> None:
        if command == "kill %1":
            self._stop()
            return
        # The program of this environment, wherever the tests were started from.
        places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        given = {
            "cwd": self.folder,
            "env": {**os.environ, "PATH": os.pathsep.join(places)},
            "stderr": subprocess.STDOUT,
        }
        if command.endswith(" &"):
            started = ["bash", "-c", f"exec {command.removesuffix(' &')}"]
            with (self.folder / "behind.log").open("wb") as log:
                self.behind.append(subprocess.Popen(started, stdout=log, **given))
            return
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, text=True, check=False, timeout=300, **given
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        if shown.strip():
            assert doctest.OutputChecker().check_output(shown, done.stdout, FLAGS), (
                f"$ {command}\nthe page shows\n{shown}\nit prints\n{done.stdout}"
            )

    def _stop(self) -> None:
        for process in self.behind:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        self.behind.clear()


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block with what is shown beneath it."""
    for command, shown in COMMAND.findall(block):
        yield command.replace("\n> ", "\n"), shown
