"""A served home as a process of its own, for the benchmarks and the system tests: started, killed, asked, looked into.

Requests go over plain sockets, so that a client can send what no library would.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import polars as pl

from modelwatch.app import Home
from modelwatch.domain.names import ModelKey

ARROW = "application/vnd.apache.arrow.stream"
MODEL = ModelKey("flood")
READY_SECONDS = 5.0
PROGRAM = (sys.executable, "-c", "from modelwatch.cli import main; main()")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


class Answer(NamedTuple):
    """What came back: `headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


class Served:
    """A server over a home; `start` may be called again after it ended or was killed."""

    def __init__(self, home: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = 0
        self.log = home.with_name(f"{home.name}.log")
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_alive():
            self.signal(signal.SIGCONT)
            self.kill()

    @property
    def url(self) -> str:
        """Its address, once it was started."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that serves, or served last."""
        assert self._process is not None
        return self._process

    def start(self, *, patience: float = 60.0) -> float:
        """Start, and wait until rows are accepted; returns the seconds that it took."""
        command = [*PROGRAM, "--home", str(self.home), "serve", "--port", "0"]
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        while time.monotonic() - began < patience:
            if self.process.poll() is not None:
                break
            if self._has_address() and self.is_ready():
                return time.monotonic() - began
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start: {self.log.read_text()[-2000:]}")

    def apply(self, features: Sequence[str], *, window: str = "1m") -> None:
        """Put the model under watch, with numeric features, before the start."""
        columns = {each: each for each in ("timestamp", "score", "label")} | {"id": "prediction_id"}
        text = {
            "model": MODEL.model,
            "task": "binary",
            "columns": {**columns, "features": dict.fromkeys(features, "numeric")},
            "windows": {"size": window, "lateness": "0s"},
            "routes": [{"to": ["log"]}],
        }
        specification = self.home.with_name(f"{self.home.name}.yaml")
        specification.write_text(json.dumps(text))
        with Home.open(self.home, write=True) as home:
            home.apply(specification)

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """End it at once, as a power cut of the process would."""
        self.process.kill()
        self.process.wait()

    def stop(self, *, patience: float = 60.0) -> tuple[int, float]:
        """Tell it to end; its exit code and the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(patience), time.monotonic() - began

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Whether rows are accepted."""
        try:
            return self.get("/readyz", patience=2.0).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def connect(self, *, patience: float = 30.0) -> http.client.HTTPConnection:
        """A connection that is kept over several requests."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)

    def get(self, path: str, *, patience: float = 30.0) -> Answer:
        """Ask once."""
        connection = self.connect(patience=patience)
        try:
            return asked(connection, "GET", path)
        finally:
            connection.close()

    def post(self, path: str, body: bytes, kind: str = "application/json", **headers: str) -> Answer:
        """Send once."""
        connection = self.connect()
        try:
            return asked(connection, "POST", path, body, {"Content-Type": kind, **headers})
        finally:
            connection.close()

    def resident(self) -> int:
        """Bytes of memory that it holds."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE

    def highest(self) -> int:
        """The most bytes of memory that it ever held."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    def processor_seconds(self) -> float:
        """Seconds of processor time that it used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def stored(self, table: str, key: ModelKey = MODEL) -> pl.DataFrame:
        """All rows of a table, once the server has ended."""
        with Home.open(self.home, write=True) as home:
            home.flush()
            return home.lake.scan(key, table).collect()

    def _has_address(self) -> bool:
        try:
            told = json.loads((self.home / "server.json").read_bytes())
        except (OSError, ValueError):
            return False
        self.port = int(told["url"].rpartition(":")[2])
        # The address of a server that was killed before stays behind.
        return told["process"] == self.process.pid


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def asked(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request and its answer on a connection."""
    connection.request(method, path, body or None, dict(headers or {}))
    answer = connection.getresponse()
    return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


def arrow_bytes(frame: pl.DataFrame, compression: Any = "uncompressed") -> bytes:
    """A frame as a body."""
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression=compression)
    return buffer.getvalue()
