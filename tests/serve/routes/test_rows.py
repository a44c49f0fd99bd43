"""Predictions and labels over HTTP: every form, the receipt, and what is refused."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import polars as pl
import pytest
import zstandard
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.names import ModelKey

POST = "/v1/models/delay/predictions"
ARROW = "application/vnd.apache.arrow.stream"
ROWS = [
    {
        "prediction_id": "a",
        "timestamp": "2026-03-01T06:00:00Z",
        "features": {"temp": 20.5, "carrier": "UA"},
        "score": 0.8,
    },
    {
        "prediction_id": "b",
        "timestamp": "2026-03-01T07:00:00Z",
        "features": {"temp": 21.5, "carrier": "AA"},
        "score": 0.1,
    },
]


def arrow(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(
        [{**row["features"], **{k: v for k, v in row.items() if k != "features"}} for row in rows]
    ).write_ipc_stream(buffer)
    return buffer.getvalue()


def columnar(rows: list[dict[str, Any]]) -> dict[str, Any]:
    outside = {name: [row[name] for row in rows] for name in rows[0] if name != "features"}
    return {**outside, "features": {name: [row["features"][name] for row in rows] for name in rows[0]["features"]}}


FORMS = {
    "list": (json.dumps(ROWS).encode(), "application/json", None),
    "lines": (b"\n".join(json.dumps(row).encode() for row in ROWS), "application/x-ndjson", None),
    "columnar": (json.dumps(columnar(ROWS)).encode(), "application/json", None),
    "arrow": (arrow(ROWS), ARROW, None),
    "gzip": (gzip.compress(json.dumps(ROWS).encode(), mtime=0), "application/json", "gzip"),
    "zstd": (zstandard.compress(arrow(ROWS)), ARROW, "zstd"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_brings_the_same_rows(client: TestClient, home: Home, form: str) -> None:
    body, kind, encoding = FORMS[form]
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    answer = client.post(POST, content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 2, "duplicates": 0, "quarantined": 0})
    home.flush()
    stored = home.lake.scan(ModelKey("delay"), "predictions").sort("prediction_id").collect()
    assert stored["prediction_id"].to_list() == ["a", "b"]
    assert stored["score"].to_list() == [0.8, 0.1]
    assert json.loads(stored["metadata"][0]) == {"carrier": "UA", "temp": 20.5}


def test_a_single_row_without_id_is_given_one_that_a_label_can_name(client: TestClient) -> None:
    made = client.post(POST, json={"features": {"temp": 20}, "score": 0.8}).json()
    (row,) = made["ids"]
    told = client.post("/v1/models/delay/labels", json={"prediction_id": row, "label": 1}).json()
    assert told == {"accepted": 1, "duplicates": 0, "quarantined": 0, "waiting": 0}


def test_repeats_are_counted_and_contradictions_quarantined(client: TestClient) -> None:
    assert client.post(POST, json=ROWS).json()["accepted"] == 2
    assert client.post(POST, json=ROWS[0]).json() == {"accepted": 0, "duplicates": 1, "quarantined": 0}
    told = client.post(POST, json={**ROWS[0], "score": 0.7}).json()
    assert told["quarantined"] == 1
    assert told["faults"] == [
        {"row": 1, "field": "prediction_id", "reason": "another row of this id came first and differs"}
    ]


def test_repeats_are_known_after_a_restart(home: Home) -> None:
    from modelwatch.serve import build

    for expected in (0, 2):
        with TestClient(build(home), base_url="http://localhost") as client:
            assert client.post(POST, json=ROWS).json()["duplicates"] == expected


def test_a_label_before_its_prediction_waits(client: TestClient) -> None:
    client.post(POST, json=ROWS)
    labels = [{"prediction_id": "a", "label": 1}, {"prediction_id": "nobody", "label": 0}]
    told = client.post("/v1/models/delay/labels", json=labels).json()
    assert told == {"accepted": 2, "duplicates": 0, "quarantined": 0, "waiting": 1}


def test_a_faulty_row_is_quarantined_alone_and_told(client: TestClient) -> None:
    client.post(POST, json=ROWS)
    told = client.post(
        POST, json=[{"prediction_id": "c", "score": 0.5}, {"prediction_id": "d", "score": "high"}]
    ).json()
    assert (told["accepted"], told["quarantined"]) == (1, 1)
    (fault,) = told["faults"]
    assert (fault["row"], fault["field"]) == (2, "score")


def test_a_request_sent_again_with_its_key_is_answered_the_same_and_counted_once(
    client: TestClient, home: Home
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = client.post(POST, json={"features": {"temp": 20}, "score": 0.8}, headers=headers)
    again = client.post(POST, json={"features": {"temp": 20}, "score": 0.8}, headers=headers)
    assert first.json() == again.json()
    home.flush()
    assert home.lake.scan(ModelKey("delay"), "predictions").collect().height == 1
    other = client.post(POST, json={"features": {"temp": 21}, "score": 0.8}, headers=headers)
    assert other.status_code == 422
    assert "another body" in other.json()["detail"]


@pytest.mark.parametrize(
    ("body", "kind", "encoding", "status", "part"),
    [
        (b"{", "application/json", None, 400, "not JSON"),
        (b"", "application/json", None, 400, "not JSON"),
        (b"[]", "application/json", None, 422, "no rows"),
        (b"[1]", "application/json", None, 422, "element 1"),
        (b"17", "application/json", None, 422, "JSON number"),
        (b'{"a": [1, 2], "b": [1]}', "application/json", None, 422, "differ in length"),
        (b"[" * 100_000, "application/json", None, 422, "nested too deeply"),
        (b'{"score": 0.1}\n{"score": 0.2}', "application/json", None, 400, "application/x-ndjson"),
        (b'{"score": 0.1}\n{"score"', "application/x-ndjson", None, 400, "line 2"),
        (b"\xff\xff", "application/json", None, 400, "UTF-8"),
        (b"PAR1", ARROW, None, 400, "damaged"),
        (arrow(ROWS)[:-40], ARROW, None, 400, "damaged"),
        (b"a=1", "text/csv", None, 415, "text/csv"),
        (b"{}", "application/json", "br", 415, "'br'"),
        (b"not gzip", "application/json", "gzip", 400, "not gzip"),
        (gzip.compress(b"{}" * 99, mtime=0)[:-9], "application/json", "gzip", 400, "cut short"),
        (zstandard.compress(b" " * (300 << 20)), "application/json", "zstd", 413, "comes to more"),
        (gzip.compress(b" " * (300 << 20), mtime=0), "application/json", "gzip", 413, "comes to more"),
    ],
)
def test_a_body_that_cannot_be_split_into_rows_is_refused_with_a_reason(
    client: TestClient, body: bytes, kind: str, encoding: str | None, status: int, part: str
) -> None:
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    answer = client.post(POST, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert part in answer.json()["detail"]


def test_odd_values_are_typed_or_quarantined_and_never_an_error(client: TestClient) -> None:
    client.post(POST, json=ROWS)
    odd = b'{"prediction_id": "%d", "score": %s}'
    values = [b"NaN", b"1e400", b"-0.0", b"9007199254740993", b'"\\ud800"', b"[[1]]", b"null", b"true", b'{"a": {}}']
    body = b"\n".join(odd % (place, value) for place, value in enumerate(values))
    answer = client.post(POST, content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["accepted"] + told["quarantined"] == len(values)


def test_a_model_that_is_not_known_is_pending_with_a_proposal(client: TestClient) -> None:
    client.post(POST, json=ROWS)
    told = client.get("/v1/models/delay").json()
    assert told["state"] == "pending"
    assert "model: delay" in told["specification"]
    assert client.get("/v1/models").json() == [
        {"model": "delay", "env": "prod", "project": "default", "state": "pending"}
    ]


def test_labels_of_a_model_that_nobody_knows_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/models/nobody/labels", json={"prediction_id": "a", "label": 1})
    assert answer.status_code == 404


def test_a_name_that_is_not_allowed_is_refused(client: TestClient) -> None:
    assert client.post("/v1/models/..%2fetc/predictions", json=ROWS).status_code in (404, 422)
    assert client.post("/v1/models/UPPER/predictions", json=ROWS).status_code == 422
