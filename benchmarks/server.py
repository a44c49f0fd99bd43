"""How fast a server takes rows that are durable before they are answered.

Server and clients share the machine, so the processor seconds of both stand beside the rates.
"""

from __future__ import annotations

import argparse
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from served import ARROW, MODEL, Served, arrow_bytes

FEATURES = [f"f{number}" for number in range(20)]
POST = f"/v1/models/{MODEL.model}/predictions"
DAY = "1d"
Body = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Load:
    """One kind of traffic: `connections` that each send one body after the other, of `rows` rows."""

    name: str
    kind: str
    rows: int
    connections: int
    body: Body


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of every load")
    given = parser.parse_args()
    loads = (
        Load("Arrow, 10,000 rows", ARROW, 10_000, 1, _arrow(10_000)),
        Load("JSON, 500 rows", "application/json", 500, 4, _json(500)),
        Load("JSON, 1 row", "application/json", 1, 64, _json(1)),
    )
    heads = ("load", "connections", "requests/s", "rows/s", "p50 ms", "p99 ms", "server CPU s", "client CPU s", "N")
    print("  ".join(f"{head:>12}" for head in heads))
    for load in loads:
        print("  ".join(f"{cell:>12}" for cell in measured(load, given.seconds)), flush=True)


def measured(load: Load, seconds: float) -> list[str]:
    """One row of the table."""
    waits: list[float] = []
    with TemporaryDirectory() as folder, Served(Path(folder) / "home") as served:
        served.apply(FEATURES, window=DAY)
        served.start()
        until = time.monotonic() + seconds
        before, mine, began = served.processor_seconds(), time.process_time(), time.monotonic()
        threads = [
            threading.Thread(target=_send, args=(served.port, load, number, until, waits))
            for number in range(load.connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        used, client = served.processor_seconds() - before, time.process_time() - mine
        served.stop()
        stored = served.stored("predictions").height
    if stored != len(waits) * load.rows:
        raise RuntimeError(f"{len(waits) * load.rows} rows were acknowledged, {stored} are there")
    order = sorted(waits)
    found = (
        f"{len(waits) / took:,.0f}",
        f"{len(waits) * load.rows / took:,.0f}",
        f"{1000 * order[len(order) // 2]:.1f}",
        f"{1000 * order[int(len(order) * 0.99)]:.1f}",
        f"{used:.1f}",
        f"{client:.1f}",
        f"{len(waits):,}",
    )
    return [load.name, str(load.connections), *found]


def _row(number: int, now: float) -> dict[str, object]:
    features = {name: (number * place % 1009) / 1009 for place, name in enumerate(FEATURES)}
    return {"prediction_id": f"p{number}", "timestamp": now, "score": number % 997 / 997, "features": features}


def _arrow(rows: int) -> Body:
    values = {name: [(row * place % 1009) / 1009 for row in range(rows)] for place, name in enumerate(FEATURES)}
    frame = pl.DataFrame(values)
    numbers = pl.Series("number", range(rows)).cast(pl.String)

    def body(connection: int, turn: int) -> bytes:
        ids = (f"{connection}-{turn}-" + numbers).alias("prediction_id")
        at = pl.Series("timestamp", [time.time_ns() // 1000]).new_from_index(0, rows)
        return arrow_bytes(frame.with_columns(ids, at, score=pl.lit(0.5)))

    return body


def _json(rows: int) -> Body:
    now = time.time()
    one = json.dumps([_row(place, now) for place in range(rows)] if rows > 1 else _row(0, now))
    parts = one.split('"prediction_id": "p')

    def body(connection: int, turn: int) -> bytes:
        return f'"prediction_id": "{connection}-{turn}-'.join(parts).encode()

    return body


def _send(port: int, load: Load, number: int, until: float, waits: list[float]) -> None:
    """Send over a plain socket: a library's client would cost more than the server."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        turn = 0
        while time.monotonic() < until:
            body = load.body(number, turn)
            head = f"POST {POST} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {load.kind}\r\n"
            began = time.perf_counter()
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = _answer(connection)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(answer.decode())
            waits.append(time.perf_counter() - began)
            turn += 1


def _answer(connection: socket.socket) -> bytes:
    found = b""
    while True:
        found += connection.recv(1 << 16)
        head, whole, body = found.partition(b"\r\n\r\n")
        if whole and len(body) >= int(head.lower().partition(b"content-length: ")[2].split()[0]):
            return found


if __name__ == "__main__":
    main()
