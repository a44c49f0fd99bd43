"""Alive and ready, the figures for Prometheus in both formats, and the description."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

ROW = {"prediction_id": "a", "timestamp": "2026-03-01T06:00:00Z", "model_version": "3", "score": 0.5}


def test_a_server_that_runs_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_a_disk_that_failed_makes_it_not_ready_with_the_reason(client: TestClient) -> None:
    client.app.state.live.intake._broken = "the disk failed"  # pyright: ignore
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "reason": "the disk failed"})
    assert client.get("/healthz").status_code == 200


def test_rows_that_were_logged_are_counted(client: TestClient) -> None:
    rows = [{**ROW, "latency_ms": 40}, {**ROW, "prediction_id": "b", "error": True}]
    client.post("/v1/models/delay/predictions", json=rows)
    client.post("/v1/models/delay/predictions", json=rows)
    text = client.get("/metrics").text
    samples = {
        (each.name, each.labels.get("model_version"), each.labels.get("fate")): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }
    assert samples["modelwatch_rows_total", None, "accepted"] == 2
    assert samples["modelwatch_rows_total", None, "duplicates"] == 2
    assert samples["modelwatch_accepting", None, None] == 1
    assert samples["ml_prediction_errors_total", "3", None] >= 1
    assert samples["ml_prediction_latency_seconds_sum", "3", None] >= 0.04


def test_the_format_follows_what_is_asked_for(client: TestClient) -> None:
    assert client.get("/metrics").headers["content-type"].startswith("text/plain; version=")
    wanted = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = client.get("/metrics", headers=wanted)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_a_watched_model_has_gauges_and_open_incidents(reader: TestClient) -> None:
    text = reader.get("/metrics").text
    assert 'ml_incidents_open{env="prod",model="loans",model_name="loans",severity="critical"}' in text
    assert 'ml_prediction_mean{env="prod",model="loans"' in text
    assert "eta" not in text


def test_the_description_is_served(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
