"""`/metrics` over HTTP: media types, encodings, what is counted and what a client may ask for."""

from __future__ import annotations

from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient

ROW = {
    "prediction_id": "a",
    "timestamp": "2026-03-01T06:00:00Z",
    "model_version": "1",
    "features": {"temp": 1.0},
    "score": 0.5,
    "latency_ms": 40,
}


@pytest.mark.parametrize(
    ("accept", "media_type", "end"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", "modelwatch_series_dropped_total 0.0\n"),
        (
            "application/openmetrics-text;version=1.0.0,*/*;q=0.1",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            "# EOF\n",
        ),
    ],
)
def test_the_format_is_the_one_that_is_accepted(client: TestClient, accept: str, media_type: str, end: str) -> None:
    answer = client.get("/metrics", headers={"Accept": accept, "Accept-Encoding": "identity"})
    assert answer.headers["Content-Type"] == media_type
    assert "Content-Encoding" not in answer.headers
    assert answer.text.endswith(end)


def test_gzip_is_used_when_it_is_accepted(client: TestClient) -> None:
    answer = client.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert "modelwatch_accepting 1.0\n" in answer.text


def test_a_row_that_is_sent_again_is_one_prediction(client: TestClient) -> None:
    other = {**ROW, "score": 0.7}
    for row in (ROW, ROW, other):
        client.post("/v1/models/delay/predictions", json=[row])
    client.post("/v1/models/delay/predictions", json=[{**ROW, "prediction_id": "b"}])
    page = client.get("/metrics").text
    labels = 'model_name="delay",model="delay",model_version="1",env="prod"'
    assert f"ml_predictions_total{{{labels}}} 2.0\n" in page
    assert f"ml_prediction_latency_seconds_count{{{labels}}} 2.0\n" in page
    for fate, count in (("accepted", 2), ("duplicates", 1), ("quarantined", 1)):
        table = f'model_name="delay",model="delay",env="prod",table="predictions",fate="{fate}"'
        assert f"modelwatch_rows_total{{{table}}} {count}.0\n" in page


def test_a_server_without_trouble_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_disk_that_failed_makes_it_not_ready_with_the_reason(client: TestClient) -> None:
    client.app.state.live.intake._broken = "the disk failed"  # pyright: ignore
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reason": "the disk failed"})
    assert client.get("/healthz").status_code == 200


def test_a_watched_model_has_gauges_and_open_incidents(reader: TestClient) -> None:
    # The worker reads the figures after it has begun.
    ended = monotonic() + 30
    while "ml_incidents_open{" not in (text := reader.get("/metrics").text):
        assert monotonic() < ended, text
        sleep(0.05)
    labels = 'model_name="loans",model="loans"'
    assert f'ml_incidents_open{{{labels},env="prod",severity="critical"}}' in text
    assert f"ml_prediction_mean{{{labels}," in text
    assert '"eta"' not in text


def test_the_description_is_served(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
