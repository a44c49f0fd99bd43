"""Told to end, a server answers what came in and keeps it; a home has one server, and the verbs go through it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from served import MODEL, PROGRAM, Served
from siege import ended, stream

pytestmark = [pytest.mark.system, pytest.mark.slow]

POST = f"/v1/models/{MODEL.model}"


def told(home: Path, *words: str, code: int = 0) -> str:
    """Call the program as a person would."""
    done = subprocess.run(
        [*PROGRAM, "--home", str(home), *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_answers_and_keeps_what_came_in(tmp_path: Path, number: signal.Signals) -> None:
    with Served(tmp_path / "home") as served:
        served.start()
        clients, end = stream(served, 4)
        time.sleep(1)
        served.signal(number)
        began = time.monotonic()
        assert served.process.wait(30) == 0
        assert time.monotonic() - began < 15
        assert not (served.home / "server.json").exists()
        assert served.log.read_text().count("Traceback") == 0
        served.start()
        time.sleep(0.3)
        seen = ended(served, clients, end)
    assert seen.acknowledged > 50
    assert seen.faults == {}
    assert seen.statuses.keys() <= {200}


def test_it_does_not_wait_for_a_sender_that_dribbles(tmp_path: Path) -> None:
    with Served(tmp_path / "home") as served:
        served.start()
        connection = served.connect()
        connection.putrequest("POST", f"{POST}/predictions")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"{")
        code, seconds = served.stop()
        connection.close()
    assert (code, seconds < 15) == (0, True)


def test_a_home_has_one_server(tmp_path: Path) -> None:
    with Served(tmp_path / "home") as served:
        served.start()
        refused = told(served.home, "serve", "--port", "0", code=2)
        assert f"in use by process {served.process.pid}" in refused
        assert served.is_ready()


@pytest.mark.parametrize("state", ["served", "killed"])
def test_the_verbs_that_write(tmp_path: Path, state: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    times = [(now - timedelta(hours=1 + row % 3)).isoformat() for row in range(60)]
    rows = [{"prediction_id": f"p{row}", "timestamp": at, "score": row / 60} for row, at in enumerate(times)]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps({**row, "temp": 1.5}) for row in rows))
    labels = [{"prediction_id": f"p{row}", "label": row % 2, "timestamp": now.isoformat()} for row in range(60)]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)))
    with Served(tmp_path / "home") as served:
        served.apply(["temp"], window="1h")
        served.start()
        if state == "killed":
            served.kill()
            assert (served.home / "server.json").exists()
        home, model = served.home, MODEL.model
        assert "60" in told(home, "ingest", model, str(tmp_path / "rows.jsonl"))
        assert "60" in told(home, "label", model, str(tmp_path / "labels.jsonl"))
        if state == "served":
            told(home, "apply", str(tmp_path / "home.yaml"))
            told(home, "event", model, "--kind", "deployment", "--at", times[0])
            told(home, "run")
            told(home, "ack", "999", code=2)
        assert "mw_" in told(home, "keys", "create", "mine", "--scope", "read")
        if served.is_alive():
            assert served.stop()[0] == 0
        assert served.stored("predictions").select(pl.col("prediction_id").n_unique()).item() == 60
