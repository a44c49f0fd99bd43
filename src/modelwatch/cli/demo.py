"""`modelwatch demo`: the main job on real data, end to end, in a home of its own.

Applies, ingests, labels and runs what the package brings, as a person would with the other verbs.
"""

from __future__ import annotations

import shlex
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelwatch.cli.arguments import FILE
from modelwatch.cli.session import Session, pass_session
from modelwatch.cli.terminal import Progress, progress, say, write_json
from modelwatch.demo import FLIGHT_DELAY, FLIGHTS
from modelwatch.domain.errors import HomeError
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.show.work import demo_lines

if TYPE_CHECKING:
    from modelwatch.app import Home

VERSION = 1
UNTIL = "2014-01-02"
_MARK = "demo.json"
# What a home consists of: nothing else is ever removed.
_PARTS = ("home.json", "lock", "lake", "notifications.log", "spool.sqlite*", "state.sqlite*", _MARK)


@click.command(short_help="a real year of a real model, from files to incidents")
@click.option("--no-serve", is_flag=True, help="Only print the summary.")
@click.option("--json", "json_file", type=FILE, metavar="F", help="Write the summary as JSON to a file, - for stdout.")
@pass_session
def demo(session: Session, no_serve: bool, json_file: Path | None) -> None:
    """Watch a real model through a real year: flights out of New York in 2013."""
    started = time.monotonic()
    _clear(session)
    with session.writing(new=True) as home, progress() as bar:
        (session.home / _MARK).write_text('{"demo": "flights"}\n', encoding="utf-8")
        found = _watch(home, bar)
    place = session.home.absolute()
    found |= {
        "seconds": round(time.monotonic() - started, 1),
        "home": str(place),
        "log": str(place / "notifications.log"),
        "next": _next(place),
    }
    if json_file is None or str(json_file) != "-":
        say(demo_lines(found))
    if json_file is not None:
        write_json(found, json_file)
    if not no_serve:
        click.echo("Serving the user interface is not available yet: use the commands above.", err=True)


def _watch(home: Home, bar: Progress | None) -> dict[str, Any]:
    home.apply(FLIGHTS / "monitor.yaml", progress=bar)
    rows = home.ingest(FLIGHT_DELAY, [FLIGHTS / "predictions.parquet"], progress=bar)
    labels = home.label(FLIGHT_DELAY, [FLIGHTS / "labels.parquet"], progress=bar)
    ran = home.run(FLIGHT_DELAY, until=parse_instant(UNTIL), progress=bar)
    incidents = home.incidents(FLIGHT_DELAY)
    messages = [message for incident in incidents for message in incident["notified"]]
    return {
        "version": VERSION,
        "model": FLIGHT_DELAY.model,
        "rows": rows.accepted,
        "labels": labels.accepted,
        "windows": ran.windows,
        "measurements": ran.measurements,
        "incidents": incidents,
        "notifications_critical": sum(each["severity"] == Status.CRITICAL for each in messages),
    }


def _clear(session: Session) -> None:
    """Remove the home of an earlier demo, and nothing that might be somebody's own."""
    home = session.home
    if not (home / "home.json").is_file():
        return
    with session.writing() as opened:
        models = opened.models()
    if models and (models != [FLIGHT_DELAY] or not (home / _MARK).is_file()):
        raise HomeError(f"{home} is a home with models of its own: name a new folder for the demo with --home")
    for part in _PARTS:
        for path in home.glob(part):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _next(home: Path) -> list[str]:
    program = f"modelwatch --home {shlex.quote(str(home))}"
    return [
        f"{program} incidents {FLIGHT_DELAY.model} --state open",
        f"{program} metrics {FLIGHT_DELAY.model} --metric psi --column temp --since 2013-12-01",
        f"{program} metrics {FLIGHT_DELAY.model} --metric roc_auc --since 2013-09-01 --until 2013-10-01",
        f"{program} show {FLIGHT_DELAY.model}",
    ]
