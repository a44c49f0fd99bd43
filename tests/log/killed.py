"""A program that is killed at lines of spool, flush and lake, sends again what was not answered, and looks.

Run as `killed.py FOLDER [STEP] [hasty]`, it prints as JSON at how many points it was killed and what was
wrong after: every STEP-th line is one (default: every line). `hasty` answers before the spool has the rows,
on purpose, to show that it is seen.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import polars as pl

import modelwatch.log
from modelwatch.collect import Layout, canonical_labels, canonical_predictions
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.names import ModelKey
from modelwatch.log import Lake, Spool, flush
from modelwatch.log.tables import TABLES

KILLED = 66
FOLDER = Path(modelwatch.log.__file__).parent
WATCHED = {str(FOLDER / name) for name in ("spool.py", "flush.py", "lake.py", "durable.py")}
KEY = ModelKey("flight-delay")
NOW = 1_400_000_000_000_000
LAYOUT = Layout(task=Task.BINARY, features={"temp": ColumnKind.NUMERIC}, id="id", timestamp="at", score="p")


def requests() -> list[tuple[str, pl.DataFrame, pl.DataFrame]]:
    """What a client sends: rows, repeats, a contradiction, rows without an id, and labels."""

    def predictions(numbers: list[int], temp: float) -> tuple[str, pl.DataFrame, pl.DataFrame]:
        source = {
            "id": [f"f{number}" if number % 5 else None for number in numbers],
            "at": [1_362_096_000 + 10_000 * number for number in numbers],
            "temp": [temp for _ in numbers],
            "p": [number / 50 for number in numbers],
        }
        frame = pl.DataFrame(source)
        made = canonical_predictions(frame, LAYOUT, received=NOW, digest=str(numbers), first_row=1)
        return "predictions", made.frame, made.quarantine

    known = pl.DataFrame({"id": ["f1", "f2"], "label": [1, 0], "at": [1_362_200_000, 1_362_300_000]})
    truths = canonical_labels(known, LAYOUT, received=NOW, digest="labels", first_row=1)
    return [
        predictions(list(range(20)), 0.5),
        predictions(list(range(10, 30)), 0.5),
        predictions([3, 4, 5], 9.0),
        ("labels", truths.frame, truths.quarantine),
    ]


def run(home: Path, *, hasty: bool) -> None:
    """Send what has not been answered, then flush."""
    answers = home / "answers"
    answered = answers.read_text().split() if answers.exists() else []
    with Spool(home / "spool.sqlite") as spool:
        for number, (table, frame, quarantine) in enumerate(requests()):
            if str(number) in answered:
                continue
            if hasty:
                answer(answers, number)
            spool.append(KEY, table, frame, quarantine, received=NOW)
            if not hasty:
                answer(answers, number)
        flush(spool, Lake(home / "lake"), commit_rows=20)
        assert spool.pending() == {}


def answer(answers: Path, number: int) -> None:
    with answers.open("a") as file:
        file.write(f"{number}\n")


def look(home: Path) -> None:
    """Write down all that the lake holds, and that each row is folded once."""
    lake, found = Lake(home / "lake"), dict[str, Any]()
    for name in TABLES:
        rows = lake.scan(KEY, name).collect().drop("received", strict=False)
        folded = sum(commit.rows for commit in lake.commits(KEY, name, after=-1))
        found[name] = [folded, sorted(map(str, rows.select(sorted(rows.columns)).rows()))]
    (home / "found").write_text(json.dumps(found))


def in_child(work: Callable[[], None]) -> int:
    """Run something in a process of its own, and return its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def traced(see: Callable[[tuple[str, int]], None], work: Callable[[], None]) -> None:
    """Run something and show `see` every line of the watched files before it runs, in any thread."""

    def on_line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            see((frame.f_code.co_filename, frame.f_lineno))
        return on_line

    def on_call(frame: FrameType, _: str, __: Any) -> Any:
        return on_line if frame.f_code.co_filename in WATCHED else None

    threading.settrace(on_call)
    sys.settrace(on_call)
    try:
        work()
    finally:
        sys.settrace(None)


def lines_of(home: Path) -> dict[tuple[str, int], int]:
    """Run once without a kill, and count how often each line runs."""
    seen = home / "lines"

    def work() -> None:
        counts: defaultdict[tuple[str, int], int] = defaultdict(int)

        def see(line: tuple[str, int]) -> None:
            counts[line] += 1

        traced(see, lambda: run(home, hasty=False))
        seen.write_text(json.dumps([[file, line, count] for (file, line), count in counts.items()]))

    assert in_child(work) == 0
    assert in_child(lambda: look(home)) == 0
    return {(file, line): count for file, line, count in json.loads(seen.read_text())}


def kill_at(home: Path, point: tuple[str, int], count: int, *, hasty: bool) -> int:
    """Run until a line is about to run for the `count`-th time, and be gone; returns the exit code."""

    def work() -> None:
        left = count

        def see(line: tuple[str, int]) -> None:
            nonlocal left
            left -= line == point
            if left == 0:
                os._exit(KILLED)

        traced(see, lambda: run(home, hasty=hasty))

    return in_child(work)


def run_and_look(home: Path, *, hasty: bool) -> None:
    run(home, hasty=hasty)
    look(home)


def main(folder: Path, step: int, *, hasty: bool) -> None:
    """Kill at a random passage of each chosen line; print what came of it."""
    home = folder / "clean"
    home.mkdir()
    lines = lines_of(home)
    expected = (home / "found").read_text()
    choice = random.Random(7)
    wrong: dict[str, str] = {}
    points = 0
    # Too early an answer shows while the spool is being written.
    chosen = [point for point in lines if not hasty or point[0].endswith("spool.py")]
    for file, line in chosen[::step]:
        home = folder / "killed"
        home.mkdir()
        code = kill_at(home, (file, line), choice.randint(1, lines[file, line]), hasty=hasty)
        again = in_child(lambda home=home: run_and_look(home, hasty=hasty))
        # Which of several threads comes first varies: some lines are not reached that often.
        if code not in (KILLED, 0) or again != 0 or (home / "found").read_text() != expected:
            wrong[f"{Path(file).name}:{line}"] = f"exit codes {code} and {again}, or another result"
        points += code == KILLED
        shutil.rmtree(home)
    json.dump({"points": points, "wrong": wrong}, sys.stdout)


if __name__ == "__main__":
    steps = [int(option) for option in sys.argv[2:] if option.isdigit()]
    main(Path(sys.argv[1]), *(steps or [1]), hasty="hasty" in sys.argv[2:])
