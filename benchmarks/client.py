"""What logging costs the caller: nanoseconds of one `log()` with 15 features, beside copying the dict alone.

The server is a process of its own that takes whatever comes, so that the client's thread has its usual work; garbage
collection stays on.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

import modelwatch as mw

FEATURES = {**{f"number_{place}": place * 1.5 for place in range(12)}, "carrier": "UA", "origin": "EWR", "dest": "IAH"}
PAUSE_SECONDS = 20e-6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    calls = parser.parse_args().calls
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    client = mw.Client(here.recv(), model="benchmark", version="1")
    print(f"{'call':<28}{'median ns':>12}{'p99 ns':>12}{'longest ns':>14}")
    show("dict.copy()", FEATURES.copy, calls, pause=False)
    show("log(), without a pause", lambda: client.log(FEATURES, score=0.5), calls, pause=False)
    client.flush(60)
    show("log(), up to 50,000 a second", lambda: client.log(FEATURES, score=0.5), calls, pause=True)
    show("label()", lambda: client.label("a", 1), calls, pause=True)
    start = time.perf_counter()
    before = client.stats()
    client.flush(60)
    print(f"\n{before.queued} rows were queued, and sent in {time.perf_counter() - start:.1f} s; {client.stats()}")
    client.close()
    server.terminate()


def show(name: str, call: Callable[[], object], calls: int, *, pause: bool) -> None:
    """Time single calls and print one row."""
    times: list[int] = []
    clock = time.perf_counter_ns
    for _ in range(calls):
        start = clock()
        call()
        times.append(clock() - start)
        if pause:
            time.sleep(PAUSE_SECONDS)
    times.sort()
    print(f"{name:<28}{statistics.median(times):>12.0f}{times[int(calls * 0.99)]:>12}{times[-1]:>14}")


class Taker(BaseHTTPRequestHandler):
    """Takes everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the body and answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as the base class names it)
        """Say nothing of requests."""


def serve(told: Connection) -> None:
    """Serve on any free port, and tell the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    told.send(f"http://127.0.0.1:{server.server_address[1]}")
    server.serve_forever()


if __name__ == "__main__":
    main()
