"""The examples of the client run, and what they log arrives."""

from __future__ import annotations

import io
import os
import runpy
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient

from .conftest import Stub

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_the_fastapi_service(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWATCH_URL", stub.url)
    example = runpy.run_path(str(EXAMPLES / "fastapi_app.py"))
    with example["client"] as client:
        service = TestClient(example["app"], raise_server_exceptions=False)
        assert service.post("/predict?request_id=r1", json={"wind_speed": 10.0}).json() == {"score": 0.25}
        assert service.post("/predict?request_id=r2", json={}).status_code == 500
        assert client.flush(5)
    fine, failed = stub.rows()
    assert (fine["prediction_id"], fine["features"]) == ("r1", {"wind_speed": 10.0})
    assert (fine["score"], fine["model_version"]) == (0.25, "3")
    assert fine["latency_ms"] > 0
    assert failed["error"] == "KeyError"


@pytest.mark.slow
def test_the_scikit_learn_job(stub: Stub) -> None:
    environment = {**os.environ, "MODELWATCH_URL": stub.url}
    command = [sys.executable, str(EXAMPLES / "sklearn_batch.py")]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120)
    assert "sent=286, dropped=0" in done.stdout
    [table] = [each for each in stub.taken if each.path.endswith("predictions")]
    frame = pl.read_ipc_stream(io.BytesIO(table.body))
    assert frame.shape == (143, 30 + 4)
    assert frame["prediction_id"].to_list() == [row["prediction_id"] for row in stub.rows("labels")]
    assert {row["label"] for row in stub.rows("labels")} == {0, 1}
