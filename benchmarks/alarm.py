"""How soon a fault is told of: from the answer to the first bad request to the arrival of the webhook.

Every model has windows of a minute, and requests at an even pace. Each minute, at some moment of it, another feature
breaks until that is told: every second one is missing, the others have a category that the reference does not know. The
moments are spread evenly over the minute. The models share one server and one webhook, and close their windows at once.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import polars as pl

from modelwatch.app import Home
from served import Served, asked

WINDOW_SECONDS = 60
PATIENCE_SECONDS = 4 * WINDOW_SECONDS
PACE_SECONDS = 0.5
ROWS = 10
REFERENCE_ROWS = 5_000
CHANNELS = "channels: {{hook: {{kind: webhook, url: '{url}', allow_private: true}}}}"
NEWS = ("incident.opened", "incident.reopened", "incident.joined", "incident.escalated")


KINDS = ("missing", "unseen")


class Alarm(NamedTuple):
    """One fault: of which kind, how far into a minute it began, and the seconds until it was told."""

    kind: str
    phase: float
    wait: float


class Hook:
    """A webhook of this machine, which knows when it was first told of a column of a model."""

    def __init__(self) -> None:
        told = self._told = dict[tuple[str, str], float]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                now = time.time()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                if body["type"] in NEWS and body["data"]["kind"] == "data_fault":
                    verdicts = body["data"]["incident"]["verdicts"]
                    for column in {each["column"] for each in verdicts}:
                        told.setdefault((body["data"]["model"], column), now)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as the base class names it)
                """Say nothing of requests."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def told(self, model: str, column: str) -> float | None:
        """When it was told first, None while it was not."""
        return self._told.get((model, column))


class Model(threading.Thread):
    """The requests of one model, with one fault for each phase: seconds after the beginning of a minute."""

    def __init__(self, served: Served, hook: Hook, name: str, phases: Sequence[float]) -> None:
        super().__init__(daemon=True)
        self.model, self.phases, self.alarms = name, phases, list[Alarm]()
        self.features = {f"f{place}": KINDS[place % len(KINDS)] for place in range(len(phases))}
        self._served, self._hook, self._sent = served, hook, 0

    def run(self) -> None:
        self._connection = self._served.connect()
        healthy = time.time()
        for (feature, kind), phase in zip(self.features.items(), self.phases, strict=True):
            begin = healthy // WINDOW_SECONDS * WINDOW_SECONDS + phase
            if begin < healthy + PACE_SECONDS:
                begin += WINDOW_SECONDS
            while time.time() < begin - PACE_SECONDS:
                self._send()
                time.sleep(PACE_SECONDS)
            time.sleep(max(0.0, begin - time.time()))
            self.alarms.append(Alarm(kind, phase, self._break(feature)))
            healthy = time.time()

    def _break(self, feature: str) -> float:
        """Keep a feature broken until that is told; returns the seconds it took."""
        self._send(feature)
        answered = time.time()
        while (told := self._hook.told(self.model, feature)) is None:
            if time.time() - answered > PATIENCE_SECONDS:
                raise RuntimeError(f"{feature} of {self.model} is broken since {answered}, and nobody was told")
            time.sleep(PACE_SECONDS)
            self._send(feature)
        return told - answered

    def row(self, number: int, broken: str | None = None) -> dict[str, Any]:
        """The features of a row."""
        row: dict[str, Any] = {}
        for feature, kind in self.features.items():
            if kind == "missing":
                row[feature] = None if feature == broken else number * 7 % 1009 / 1009
            else:
                row[feature] = "new" if feature == broken else f"c{number % 5}"
        return row

    def _send(self, broken: str | None = None) -> None:
        rows = [
            {"prediction_id": f"p{number}", "score": number * 3 % 997 / 997, "features": self.row(number, broken)}
            for number in range(self._sent, self._sent + ROWS)
        ]
        self._sent += ROWS
        path, kind = f"/v1/models/{self.model}/predictions", {"Content-Type": "application/json"}
        answer = asked(self._connection, "POST", path, json.dumps(rows).encode(), kind)
        if answer.status != 200 or answer.json()["accepted"] != ROWS:
            raise RuntimeError(f"{answer.status}: {answer.body.decode()}")


def alarms(folder: Path, *, faults: int, models: int) -> list[Alarm]:
    """Break the features of several models on one server, and wait until each fault was told."""
    phases = [(place + 0.5) * WINDOW_SECONDS / faults for place in range(faults)]
    random.Random(7).shuffle(phases)
    hook = Hook()
    with Served(folder / "home") as served:
        senders = [Model(served, hook, f"m{place}", phases[place::models]) for place in range(models)]
        watch(folder, senders, hook)
        served.start()
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    found = [alarm for sender in senders for alarm in sender.alarms]
    if len(found) != faults:
        raise RuntimeError(f"{faults - len(found)} of {faults} faults were not told: see above")
    return found


def watch(folder: Path, models: Sequence[Model], hook: Hook) -> None:
    """Put the models under watch, before the server starts."""
    with Home.open(folder / "home", write=True) as home:
        (folder / "home" / "channels.yaml").write_text(CHANNELS.format(url=hook.url))
    with Home.open(folder / "home", write=True) as home:
        for model in models:
            rows = [{**model.row(number), "score": number * 3 % 997 / 997} for number in range(REFERENCE_ROWS)]
            pl.DataFrame(rows).write_parquet(folder / "reference.parquet")
            kinds = {"missing": "numeric", "unseen": "categorical"}
            text = {
                "model": model.model,
                "task": "binary",
                "columns": {"score": "score", "features": {name: kinds[kind] for name, kind in model.features.items()}},
                "reference": {"path": "reference.parquet"},
                "windows": {"size": "1m", "lateness": "0s"},
                "routes": [{"to": ["hook"]}],
            }
            (folder / "monitor.yaml").write_text(json.dumps(text))
            home.apply(folder / "monitor.yaml")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=8, help="in all; each model has about one a minute")
    parser.add_argument("--models", type=int, default=4)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = alarms(Path(folder), faults=given.faults, models=min(given.models, given.faults))
    print(f"{'seconds to the webhook from':<36}{'N':>6}{'median':>9}{'p95':>9}{'p99':>9}{'longest':>9}")
    for kind in KINDS:
        show(f"the first bad request, {kind}", [alarm.wait for alarm in found if alarm.kind == kind])
    show("the first bad request, all", [alarm.wait for alarm in found])
    early = sum(alarm.phase + alarm.wait < WINDOW_SECONDS for alarm in found)
    print(f"{early} were told before the minute ended in which they began")


def show(name: str, seconds: Sequence[float]) -> None:
    """Print one row."""
    ordered = sorted(seconds)
    marks = [ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95, 0.99, 1.0)]
    print(f"{name:<36}{len(ordered):>6}" + "".join(f"{mark:>9.2f}" for mark in marks))


if __name__ == "__main__":
    main()
