"""A program that is killed at every line of pipeline, delivery, log and outbox, run again, and looked at.

Run as `killed.py FOLDER [forgetful]`, it prints as JSON how many points it was killed at and what was wrong
after; `forgetful` breaks the log channel on purpose, and looks at a few points only, to show that it is seen.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from modelwatch.act import Courier, Route, channels, notify, pipeline, stages
from modelwatch.act.channels import log
from modelwatch.act.channels.log import LogChannel
from modelwatch.catalog import Catalog
from modelwatch.domain.incident import Cause, Incident, Kind
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.store import State, clock, incidents, models, outbox

KILLED = 66
# Not the files that only compute: a kill there is one between the lines of these.
WATCHED = {str(module.__file__) for module in (pipeline, stages, sys.modules[Courier.__module__], log, outbox)}
KEY = ModelKey("flight-delay")

# What happens at each step of the clock: (change, incident, severity).
STEPS: list[list[tuple[str, int, Status]]] = [
    [("opened", 1, Status.WARNING)],
    [("opened", 2, Status.CRITICAL), ("updated", 1, Status.WARNING)],
    [("escalated", 1, Status.CRITICAL), ("resolved", 2, Status.CRITICAL)],
    [("resolved", 1, Status.CRITICAL), ("reopened", 2, Status.WARNING)],
]
MESSAGES = 6


class Remembering:
    """A channel whose endpoint writes down every message it gets, repeats too."""

    name = "remembering"

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        line = json.dumps([key, dict(message)]) + "\n"
        with self.path.open("ab", buffering=0) as file:
            file.write(line.encode())


class Forgetful(LogChannel):
    """What the log channel would be if it did not look at keys."""

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        self._known = set()
        super().send(message, key=key)


class Change:
    """A change as `judge` makes them."""

    def __init__(self, kind: str, number: int, severity: Status, at: int) -> None:
        over = kind == "resolved"
        self.kind, self.at = kind, at
        self.incident = Incident(
            id=number,
            key=KEY,
            kind=Kind.DATA_FAULT,
            state=IncidentState.RESOLVED if over else IncidentState.OPEN,
            severity=severity,
            title=f"Incident {number}",
            opened=DAY,
            resolved=at if over else None,
            window=Window(0, DAY),
            verdicts=(),
            cause=Cause(kind=Kind.DATA_FAULT, evidence=("all columns are empty",), columns=("temp",)),
        )


def run(home: Path, *, forgetful: bool) -> None:
    """Do every step that is not done yet, as `work` does: one transaction a step, delivery after it."""
    catalog = Catalog()
    if forgetful:
        catalog.channels.add(Forgetful(home / "notifications.log"))
    else:
        channels.register(catalog, home)
    catalog.channels.add(Remembering(home / "remembered"))
    routes = (Route(at_least=Status.WARNING, channels=("log", "remembering")),)
    with State.open(home / "state.sqlite") as state:
        with state.reading() as tx:
            model_id = models.find(tx, KEY)
            done = clock.last_run(tx, model_id) or 0
        Courier(state, catalog, clock=lambda: done).deliver_due()
        for step in range(done + 1, len(STEPS) + 1):
            changes = [Change(*each, at=step) for each in STEPS[step - 1]]
            with state.transaction() as tx:
                incidents.put(tx, model_id, {each.incident.id: each.incident for each in changes}.values())
                notify(tx, model_id, changes, routes=routes)
                clock.advance(tx, model_id, step)
            assert Courier(state, catalog, clock=lambda step=step: step).deliver_due().failed == 0


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


def lines_of(home: Path, *, forgetful: bool) -> dict[tuple[str, int], int]:
    """Run once without a kill, and count how often each line runs."""
    seen = home / "lines"

    def work() -> None:
        counts: defaultdict[tuple[str, int], int] = defaultdict(int)

        def see(line: tuple[str, int]) -> None:
            counts[line] += 1

        traced(see, lambda: run(home, forgetful=forgetful))
        seen.write_text(json.dumps([[file, line, count] for (file, line), count in counts.items()]))

    assert in_child(work) == 0
    return {(file, line): count for file, line, count in json.loads(seen.read_text())}


def kill_at(home: Path, point: tuple[str, int], count: int, *, forgetful: bool) -> int:
    """Run until a line is about to run for the `count`-th time, and be gone; returns the exit code."""

    def work() -> None:
        left = count

        def see(line: tuple[str, int]) -> None:
            nonlocal left
            left -= line == point
            if left == 0:
                os._exit(KILLED)

        traced(see, lambda: run(home, forgetful=forgetful))

    return in_child(work)


def faults(home: Path, expected_log: str) -> list[str]:
    """Say what is wrong with a home in which everything should have been delivered."""
    found: list[str] = []
    written = (home / "notifications.log").read_text("utf-8")
    if written != expected_log:
        found.append(f"the log has {written.count('Message')} messages")
    remembered: dict[str, Any] = {}
    for line in (home / "remembered").read_text("utf-8").splitlines():
        key, message = json.loads(line)
        if remembered.setdefault(key, message) != message or message["key"] != key:
            found.append(f"{key} came with two contents")
    if len(remembered) != MESSAGES:
        found.append(f"{len(remembered)} messages arrived")
    told = [(each["change"], each["incident"]) for each in remembered.values()]
    if told != [(change, number) for step in STEPS for change, number, _ in step if change != "updated"]:
        found.append(f"they arrived as {told}")
    return found


def run_again(home: Path, *, forgetful: bool) -> None:
    """Run what is left, after which nothing may be on its way or given up."""
    run(home, forgetful=forgetful)
    with State.open(home / "state.sqlite", read_only=True) as state, state.reading() as tx:
        assert (outbox.pending(tx), outbox.dead(tx)) == (0, [])


def main(folder: Path, *, forgetful: bool) -> None:
    """Kill at one random passage of each line; print what came of it."""

    def new_home() -> None:
        with State.create(folder / "new" / "state.sqlite") as state, state.transaction() as tx:
            models.ensure(tx, KEY)

    (folder / "new").mkdir()
    assert in_child(new_home) == 0
    shutil.copytree(folder / "new", folder / "clean")
    lines = lines_of(folder / "clean", forgetful=forgetful)
    expected_log = (folder / "clean" / "notifications.log").read_text("utf-8")
    assert expected_log.count("Message") == MESSAGES
    assert faults(folder / "clean", expected_log) == []
    choice = random.Random(7)
    wrong: dict[str, list[str]] = {}
    points = 0
    for (file, line), count in list(lines.items())[:: 8 if forgetful else 1]:
        home = folder / "killed"
        shutil.copytree(folder / "new", home)
        code = kill_at(home, (file, line), choice.randint(1, count), forgetful=forgetful)
        again = in_child(lambda home=home: run_again(home, forgetful=forgetful))
        found = faults(home, expected_log)
        # Which thread comes first varies, and with it how often a line runs: some are not reached that often.
        points += code == KILLED
        if code not in (KILLED, 0) or again != 0 or found:
            wrong[f"{Path(file).name}:{line}"] = [f"exit codes {code}, {again}", *found]
        shutil.rmtree(home)
    sys.stdout.write(json.dumps({"points": points, "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), forgetful="forgetful" in sys.argv[2:])
