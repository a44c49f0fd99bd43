"""The README's way from a service to a page, as a new user walks it: every block of it, word for word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from served import free_port

README = Path(__file__).parents[2] / "README.md"
SECTION = re.compile(r"^## From a service\n(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
# A window of a minute, and a machine that does other things besides.
PATIENCE_SECONDS = 180.0


@pytest.mark.slow
@pytest.mark.system
def test_a_broken_input_ends_in_a_signed_webhook_that_names_the_column(
    tmp_path: Path, machine: Any, endpoint: Any
) -> None:
    curl = Path(machine.program("curl")).parent
    [section] = SECTION.findall(README.read_text("utf-8"))
    (_, app), (_, monitor), (_, channels), (_, steps) = BLOCK.findall(section)
    ports = {"8321": str(free_port()), "8000": str(free_port()), "9000": str(endpoint.port)}

    def here(text: str) -> str:
        for port, free in ports.items():
            text = re.sub(rf"(localhost:|--port ){port}", rf"\g<1>{free}", text)
        return text

    (tmp_path / "modelwatch-home").mkdir()
    (tmp_path / "app.py").write_text(here(app))
    (tmp_path / "monitor.yaml").write_text(monitor)
    (tmp_path / "modelwatch-home" / "channels.yaml").write_text(here(channels))
    speeds = [float(number % 30) for number in range(3000)]
    known = {
        "wind_speed": speeds,
        "score": [speed / 40 for speed in speeds],
        "label": [number % 3 // 2 for number in range(3000)],
    }
    pl.DataFrame(known).write_csv(tmp_path / "training.csv")
    script = here(steps).replace("modelwatch serve", f"modelwatch serve --port {ports['8321']}")
    script = re.sub(r"OPS_SECRET=.*", f"OPS_SECRET={SECRET}", script)
    places = [str(Path(sys.executable).parent), str(curl), "/usr/bin", "/bin"]
    log = (tmp_path / "steps.log").open("wb")
    steps_under_way = subprocess.Popen(
        ["bash", "-c", f"{script}\nwait"],
        cwd=tmp_path,
        env={**os.environ, "PATH": ":".join(places)},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        machine.wait_for("the webhook", lambda: endpoint.requests, seconds=PATIENCE_SECONDS)
    finally:
        os.killpg(steps_under_way.pid, signal.SIGTERM)
        steps_under_way.wait(30)
        log.close()
    request = endpoint.requests[0]
    assert is_signed(request.headers, request.body)
    told = json.loads(request.body)
    assert told["type"] == "incident.opened"
    assert (told["data"]["model"], told["data"]["severity"]) == ("flight-delay", "critical")
    assert "wind_speed is missing" in told["data"]["title"]
    assert b'"accepted":1' in (tmp_path / "steps.log").read_bytes(), "the label"


def is_signed(headers: dict[str, str], body: bytes) -> bool:
    """As the Standard Webhooks specification says."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(base64.b64decode(SECRET[6:]), content, hashlib.sha256)).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split()
