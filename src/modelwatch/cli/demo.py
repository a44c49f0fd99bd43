"""`modelwatch demo`: the main job on real data, end to end, in a home of its own.

Starts a server and sends it a year of flights as a service would, through the client; with `--no-serve` it applies,
ingests, labels and runs files, as a person would with the other verbs.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelwatch.cli.arguments import FILE
from modelwatch.cli.session import Session, pass_session
from modelwatch.cli.terminal import Progress, progress, say, write_json
from modelwatch.demo import FLIGHT_DELAY, FLIGHTS
from modelwatch.domain.errors import HomeError
from modelwatch.domain.instants import format_instant, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.show.work import demo_lines

if TYPE_CHECKING:
    from modelwatch.app import Home, Ran

VERSION = 1
UNTIL = "2014-01-02"
_START_SECONDS = 60.0
_YEAR_SECONDS = 307 * 86_400
_MARK = "demo.json"
# What a home consists of: nothing else is ever removed.
_PARTS = ("home.json", "lock", "lake", "notifications.log", "server.json", "spool.sqlite*", "state.sqlite*", _MARK)


@click.command(
    short_help="a real year of a real model, from files to incidents", epilog="Example: modelwatch demo --no-serve"
)
@click.option("--no-serve", is_flag=True, help="Read files without a server, print the summary and end.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", default=8321, show_default=True, help="Where to serve."
)
@click.option("--json", "json_file", type=FILE, metavar="F", help="Write the summary as JSON to a file, - for stdout.")
@pass_session
def demo(session: Session, no_serve: bool, port: int, json_file: Path | None) -> None:
    """Watch a real model through a real year: flights out of New York in 2013.

    A server is started and sent every flight and every label through the client, in the order of their times, as
    fast as it takes them; then it goes on serving until Ctrl-C.
    """
    started = time.monotonic()
    _clear(session)
    if no_serve:
        with session.writing(new=True) as home, progress() as bar:
            _mark(session.home)
            _report(session, _watch(home, bar), started, json_file)
        return
    with _served(session, port) as (server, url):
        with session.writing() as home, progress() as bar:
            _report(session, {**_replayed(home, url, bar), "url": url}, started, json_file)
        click.echo(f"Serving with the home's clock at {UNTIL}: Ctrl-C stops it. Open its pages in a browser:", err=True)
        click.echo(f"  {url}/models/{FLIGHT_DELAY.model}", err=True)
        with suppress(KeyboardInterrupt):
            server.wait()


def _report(session: Session, found: dict[str, Any], started: float, json_file: Path | None) -> None:
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


@contextmanager
def _served(session: Session, port: int) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """A server of its own process over the demo's home, stopped in the end."""
    from modelwatch.demo.replay import FIRST

    with session.writing(new=True) as home:
        _mark(session.home)
        # The clock stands where the year begins: on the wall's, all of it would be long over.
        home.run(until=int(FIRST.timestamp()) * 1_000_000)
    command = [sys.executable, "-m", "modelwatch", "--home", str(session.home), "serve", "--port", str(port)]
    with subprocess.Popen(command) as server:  # noqa: S603 (our own program)
        try:
            yield server, _address(session, server)
        finally:
            server.terminate()


def _address(session: Session, server: subprocess.Popen[bytes]) -> str:
    """Where the server listens, once it does."""
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        served = session.served()
        if served is not None:
            served.close()
            return served.url
        if server.poll() is not None:
            raise HomeError("the demo's server did not start: see its message above, or use demo --no-serve")
        time.sleep(0.1)
    raise HomeError(f"the demo's server did not start within {_START_SECONDS:.0f} s: try demo --no-serve")


def _replayed(home: Home, url: str, bar: Progress | None) -> dict[str, Any]:
    """The year through client and server, week by week."""
    from modelwatch.app import Ran
    from modelwatch.demo.replay import LAST, replay
    from modelwatch.sdk import Client

    home.apply(FLIGHTS / "monitor.yaml", progress=bar)
    ran, predictions, labels = Ran(), 0, 0

    def run(until: int) -> None:
        nonlocal ran
        ran += home.run(FLIGHT_DELAY, until=until)

    with Client(url, model=FLIGHT_DELAY.model) as client:
        for sent in replay(client, run):
            predictions, labels = sent.predictions, sent.labels
            if bar is not None:
                last = int(LAST.timestamp())
                done = sent.until // 1_000_000 - last + _YEAR_SECONDS
                bar(done, _YEAR_SECONDS, f"flights up to {format_instant(sent.until)[:10]}")
        lost = client.stats().dropped
    if lost:
        raise HomeError(f"{lost:,} rows did not reach the server: {client.stats().last_error}")
    return _summary(home, predictions, labels, ran)


def _mark(home: Path) -> None:
    (home / _MARK).write_text('{"demo": "flights"}\n', encoding="utf-8")


def _watch(home: Home, bar: Progress | None) -> dict[str, Any]:
    home.apply(FLIGHTS / "monitor.yaml", progress=bar)
    rows = home.ingest(FLIGHT_DELAY, [FLIGHTS / "predictions.parquet"], progress=bar)
    labels = home.label(FLIGHT_DELAY, [FLIGHTS / "labels.parquet"], progress=bar)
    ran = home.run(FLIGHT_DELAY, until=parse_instant(UNTIL), progress=bar)
    return _summary(home, rows.accepted, labels.accepted, ran)


def _summary(home: Home, rows: int, labels: int, ran: Ran) -> dict[str, Any]:
    incidents = home.incidents(FLIGHT_DELAY)
    messages = [message for incident in incidents for message in incident["notified"]]
    return {
        "version": VERSION,
        "model": FLIGHT_DELAY.model,
        "rows": rows,
        "labels": labels,
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
