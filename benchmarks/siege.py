"""Kill or freeze a server under a stream of posts, and hold what it answered against what it kept.

`make soak` runs it long, the system tests shortly. A client notes a request only once its answer is there; a
request without one is sent again with the same ids, as a client that wants its rows kept would.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from served import ARROW, MODEL, READY_SECONDS, Served, arrow_bytes

POSTS = f"/v1/models/{MODEL.model}"
ROWS = 20
FEATURES = 20


@dataclass
class Client(threading.Thread):
    """Posts predictions as JSON and Arrow, and labels of them, until it is told to end."""

    served: Served
    number: int
    ended: threading.Event
    pause: float = 0.05
    sent: dict[str, float] = field(default_factory=dict[str, float])
    acknowledged: Counter[str] = field(default_factory=Counter[str])
    labelled: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[int] = field(default_factory=Counter[int])

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        turn = 0
        while not self.ended.is_set():
            at = time.time_ns() // 1000
            ids = [f"{self.number}-{turn}-{place}" for place in range(ROWS)]
            scores = [((turn * ROWS + place) % 997) / 997 for place in range(ROWS)]
            self.sent |= dict(zip(ids, scores, strict=True))
            if turn % 2:
                frame = pl.DataFrame({"prediction_id": ids, "timestamp": at, "score": scores, "temp": scores})
                done = self._until_answered("predictions", arrow_bytes(frame), ARROW)
            else:
                rows = [
                    {"prediction_id": each, "timestamp": at, "score": score, "features": {"temp": score}}
                    for each, score in zip(ids, scores, strict=True)
                ]
                done = self._until_answered("predictions", json.dumps(rows).encode(), "application/json")
            if done:
                self.acknowledged.update(ids)
                labels = [{"prediction_id": each, "label": 1, "timestamp": at} for each in ids]
                if self._until_answered("labels", json.dumps(labels).encode(), "application/json"):
                    self.labelled.update(ids)
            turn += 1
            self.ended.wait(self.pause)

    def _until_answered(self, table: str, body: bytes, kind: str) -> bool:
        while not self.ended.is_set():
            try:
                answer = self.served.post(f"{POSTS}/{table}", body, kind)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)
                continue
            self.statuses[answer.status] += 1
            if answer.status == 200:
                told = answer.json()
                if told["accepted"] + told["duplicates"] == ROWS:
                    return True
                raise AssertionError(f"refused: {told}")
            time.sleep(float(answer.headers.get("retry-after", "0.02")))
        return False


@dataclass(frozen=True)
class Outcome:
    """What came of a siege."""

    sent: int
    acknowledged: int
    stored: int
    lost: int = 0
    never_sent: int = 0
    doubled: int = 0
    changed: int = 0
    labels_lost: int = 0
    labels_doubled: int = 0
    statuses: dict[int, int] = field(default_factory=dict[int, int])
    slowest_start: float = 0.0
    start_processor_seconds: float = 0.0
    memory_bytes: int = 0
    halfway_bytes: int = 0

    @property
    def faults(self) -> dict[str, float]:
        """What ought not to be."""
        counts = ("lost", "never_sent", "doubled", "changed", "labels_lost", "labels_doubled")
        return {name: getattr(self, name) for name in counts if getattr(self, name)}


def stream(served: Served, clients: int) -> tuple[list[Client], threading.Event]:
    """Clients that post until the event is set."""
    ended = threading.Event()
    started = [Client(served, number, ended) for number in range(clients)]
    for client in started:
        client.start()
    return started, ended


def look(served: Served, clients: list[Client]) -> Outcome:
    """Hold the lake against what the clients know, once the server has ended."""
    stored = served.stored("predictions")
    labels = Counter(served.stored("labels")["prediction_id"].to_list())
    counts = Counter(stored["prediction_id"].to_list())
    sent = {each: score for client in clients for each, score in client.sent.items()}
    acknowledged = {each for client in clients for each in client.acknowledged}
    labelled = {each for client in clients for each in client.labelled}
    return Outcome(
        sent=len(sent),
        acknowledged=len(acknowledged),
        stored=len(counts),
        lost=len(acknowledged - counts.keys()),
        never_sent=len(counts.keys() - sent.keys()),
        doubled=sum(count > 1 for count in counts.values()),
        changed=sum(sent.get(each) != score for each, score in stored.select("prediction_id", "score").iter_rows()),
        labels_lost=len(labelled - labels.keys()),
        labels_doubled=sum(count > 1 for count in labels.values()),
        statuses=dict(sum((client.statuses for client in clients), Counter[int]())),
    )


def ended(served: Served, clients: list[Client], end: threading.Event) -> Outcome:
    """Let the clients end, then the server, and look."""
    end.set()
    for client in clients:
        client.join(60)
    code, _ = served.stop()
    if code != 0:
        raise RuntimeError(f"the server ended with {code}: {served.log.read_text()[-2000:]}")
    return look(served, clients)


def killed(home: Path, *, kills: int, clients: int, seed: int = 7, most_seconds: float = 2.0) -> Outcome:
    """Kill the server at random moments, start it again, and look after a last clean end."""
    choice = random.Random(seed)
    with Served(home) as served:
        waited, used = [served.start()], [served.processor_seconds()]
        posting, end = stream(served, clients)
        for _ in range(kills):
            time.sleep(choice.uniform(0, most_seconds))
            served.kill()
            waited.append(served.start())
            used.append(served.processor_seconds())
        time.sleep(0.5)
        found = ended(served, posting, end)
    return replace(found, slowest_start=max(waited), start_processor_seconds=max(used))


def frozen(home: Path, *, seconds: float, clients: int) -> Outcome:
    """Stop the server's process for a while as a debugger would, then let it go on."""
    with Served(home) as served:
        served.start()
        posting, end = stream(served, clients)
        time.sleep(1)
        served.signal(signal.SIGSTOP)
        time.sleep(seconds)
        served.signal(signal.SIGCONT)
        before = sum(len(client.acknowledged) for client in posting)
        time.sleep(2)
        if sum(len(client.acknowledged) for client in posting) == before:
            raise RuntimeError("the server did not go on")
        return ended(served, posting, end)


def flooded(home: Path, *, seconds: float, clients: int, rows: int) -> Outcome:
    """Send large Arrow bodies as fast as they are taken, and faster."""
    values = {f"f{place}": [(row * place % 1009) / 1009 for row in range(rows)] for place in range(FEATURES)}
    features = pl.DataFrame(values)
    statuses, taken = Counter[int](), list[str]()
    sent = list[str]()
    until = 0.0

    def flood(number: int) -> None:
        turn = 0
        while time.monotonic() < until:
            name = f"{number}-{turn}-"
            ids = pl.Series("prediction_id", range(rows)).cast(pl.String)
            at = pl.Series("timestamp", [time.time_ns() // 1000]).new_from_index(0, rows)
            body = arrow_bytes(features.with_columns((name + ids).alias("prediction_id"), at, score=pl.lit(0.5)))
            sent.append(name)
            answer = served.post(f"{POSTS}/predictions", body, ARROW)
            statuses[answer.status] += 1
            if answer.status == 200 and answer.json()["accepted"] == rows:
                taken.append(name)
            elif answer.status == 429:
                time.sleep(float(answer.headers["retry-after"]))
            turn += 1

    with Served(home) as served:
        served.apply(features=features.columns)
        served.start()
        served.post(f"{POSTS}/predictions", b'{"score": 0.5, "prediction_id": "first"}')
        base, until = served.resident(), time.monotonic() + seconds
        threads = [threading.Thread(target=flood, args=(number,), daemon=True) for number in range(clients)]
        for thread in threads:
            thread.start()
        time.sleep(seconds / 2)
        halfway = served.highest() - base
        for thread in threads:
            thread.join()
        memory = served.highest() - base
        served.stop()
        stored = served.stored("predictions").filter(pl.col("prediction_id") != "first")
    name = pl.col("prediction_id").str.replace(r"\d+$", "").alias("body")
    counts = dict(stored.group_by(name).agg(pl.col("prediction_id").n_unique()).iter_rows())
    return Outcome(
        sent=len(sent) * rows,
        acknowledged=len(taken) * rows,
        stored=stored.height,
        lost=sum(counts.get(each, 0) != rows for each in taken),
        never_sent=len(counts.keys() - set(sent)),
        doubled=stored.height - sum(counts.values()),
        statuses=dict(statuses),
        memory_bytes=memory,
        halfway_bytes=halfway,
    )


def main() -> None:
    """Lay siege, print what came of it, and fail if anything was lost, doubled or slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30.0, help="of the freeze, and of the flood")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        show("killed", killed(home / "killed", kills=given.kills, clients=given.clients))
        show("frozen", frozen(home / "frozen", seconds=given.seconds, clients=given.clients))
        show("flooded", flooded(home / "flooded", seconds=given.seconds, clients=given.clients, rows=100_000))


def show(name: str, outcome: Outcome) -> None:
    """One line about a siege; ends the program if something is not as it should be."""
    print(
        f"{name}: {outcome.acknowledged:,} rows acknowledged of {outcome.sent:,} sent, {outcome.stored:,} stored; "
        f"faults {outcome.faults or 'none'}; answers {outcome.statuses}; slowest start {outcome.slowest_start:.1f} s "
        f"({outcome.start_processor_seconds:.1f} CPU s); memory above base {outcome.memory_bytes >> 20} MB, "
        f"{outcome.halfway_bytes >> 20} MB at half time",
        flush=True,
    )
    if outcome.faults or outcome.start_processor_seconds > READY_SECONDS:
        sys.exit(1)


if __name__ == "__main__":
    main()
