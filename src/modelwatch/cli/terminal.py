"""Everything that is printed: lines and JSON to standard output, progress and remarks to standard error.

Verbs print through this file alone, so that `--json` leaves nothing but JSON on standard output.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import click

from modelwatch.domain.errors import InputError

Progress = Callable[[int, int | None, str], None]
_CHUNK = 1000
_COLOURS = {"critical": "red", "warning": "yellow"}
_PAINTED = re.compile(r"\b(critical|warning)\b")


def say(lines: Iterable[str]) -> None:
    """Print lines, the statuses among them in colour where a person watches."""
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for chunk in _chunks(lines):
        text = "\n".join(chunk)
        click.echo(_PAINTED.sub(_paint, text) if coloured else text)


def remark(text: str) -> None:
    """Tell a person who watches what happens; nothing where nobody does."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def say_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json_text(value))


def say_json_list(values: Iterable[Any]) -> None:
    """Print a JSON list, one value a line, as long as it may be."""
    started = False
    click.echo("[", nl=False)
    for chunk in _chunks(json_text(value) for value in values):
        click.echo((",\n" if started else "\n") + ",\n".join(chunk), nl=False)
        started = True
    click.echo("\n]" if started else "]")


def write_json(value: Any, path: Path) -> None:
    """Write one JSON value to a file, `-` being standard output."""
    text = json_text(value)
    if str(path) == "-":
        click.echo(text)
        return
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


def json_text(value: Any) -> str:
    """A value as JSON in plain ASCII, for any terminal; NaN and infinities are a fault of ours and refused."""
    return json.dumps(value, allow_nan=False)


@contextmanager
def progress() -> Generator[Progress | None]:
    """A progress bar on standard error, None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def move(done: int, total: int | None, what: str) -> None:
            if what not in tasks:
                for task in tasks.values():
                    bars.update(task, visible=False)
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield move


def _chunks(lines: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(lines)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _paint(found: re.Match[str]) -> str:
    return click.style(found[0], fg=_COLOURS[found[0]])
