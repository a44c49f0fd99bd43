"""Models, measurements and distributions over HTTP: as the command line prints them, of one's own project only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from modelwatch.cli import main

MEASUREMENT = {
    *("metric", "column", "slice", "version", "window", "span", "value", "n", "interval"),
    *("noise_floor", "status", "reason", "revision"),
}


def everything(client: TestClient, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        found += answer.json()
        if "next-cursor" not in answer.headers:
            return found
        query["cursor"] = answer.headers["next-cursor"]


def test_models_are_those_of_ones_own_project_with_their_state(reader: TestClient) -> None:
    fresh, loans = reader.get("/v1/models").json()
    assert fresh == {"model": "fresh", "env": "prod", "project": "default", "state": "pending"}
    assert loans.pop("incidents_open") > 0
    assert loans == {"model": "loans", "env": "prod", "project": "default", "state": "watched", "status": "critical"}


def test_a_model_comes_with_its_specification_a_pending_one_with_the_proposal(reader: TestClient) -> None:
    assert "model: loans" in reader.get("/v1/models/loans").json()["specification"]
    fresh = reader.get("/v1/models/fresh").json()
    assert (fresh["state"], "model: fresh" in fresh["specification"]) == ("pending", True)


def test_measurements_are_those_that_the_command_line_prints(reader: TestClient, made: Path) -> None:
    printed = CliRunner().invoke(main, ["--home", str(made / "home"), "metrics", "loans", "--json"])
    told = everything(reader, "/v1/models/loans/metrics", limit=500)
    assert told == json.loads(printed.stdout)
    assert len(told) > 50
    assert all(each.keys() >= MEASUREMENT for each in told)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"metric": "missing_share"}, lambda each: each["metric"] == "missing_share"),
        ({"column": "income"}, lambda each: each["column"] == "income"),
        ({"since": "2026-03-03"}, lambda each: each["window"]["start"] >= "2026-03-03"),
        ({"until": "2026-03-02T00:00:00Z"}, lambda each: each["window"]["start"] < "2026-03-02"),
        ({"slice": "branch/city=süd"}, lambda each: each["slice"] == {"branch/city": "süd"}),
        ({"slice": '{"branch/city": "süd"}'}, lambda each: each["slice"] == {"branch/city": "süd"}),
        ({"slice": "{}"}, lambda each: each["slice"] == {}),
        ({"all_revisions": "true"}, lambda each: each["revision"] >= 1),
    ],
)
def test_measurements_are_chosen_by_query(reader: TestClient, query: Mapping[str, str], holds: Any) -> None:
    found = everything(reader, "/v1/models/loans/metrics", **query)
    assert found
    assert all(holds(each) for each in found)


@pytest.mark.parametrize(
    ("query", "status", "part"),
    [
        ("metric=pssi", 404, "pssi"),
        ("since=yesterday", 422, "'yesterday' is not a time"),
        ("until=9999-99-99", 422, "is not a time"),
        ("slice=origin", 422, "is no slice"),
        ("slice=", 422, "is no slice"),
        ("slice={", 422, "is no slice"),
        ('slice={"a": [1]}', 422, "is no slice"),
        ("all_revisions=yes", 422, "neither true nor false"),
        ("limit=0", 422, "from 1 to 1000"),
        ("limit=1001", 422, "from 1 to 1000"),
        ("limit=ten", 422, "whole number"),
        ("limit=%C2%B2", 422, "whole number"),
        ("cursor=here", 422, "Next-Cursor"),
        ("env=UPPER", 422, "'UPPER' is not allowed"),
        ("env=test", 404, "environment 'test'"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_with_a_reason(
    reader: TestClient, query: str, status: int, part: str
) -> None:
    answer = reader.get(f"/v1/models/loans/metrics?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert part in answer.json()["detail"]


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59-12:00"])
def test_times_at_the_ends_of_the_calendar_are_no_fault(reader: TestClient, since: str) -> None:
    assert reader.get("/v1/models/loans/metrics", params={"since": since, "until": since}).status_code == 200


def test_a_numeric_column_lies_on_bins_that_count_every_row(reader: TestClient) -> None:
    told = reader.get("/v1/models/loans/columns/income", params={"since": "2026-03-01", "until": "2026-03-02"}).json()
    assert (told["column"], told["kind"]) == ("income", "numeric")
    assert told["window"] == {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
    assert (told["current"]["rows"], told["current"]["missing"]) == (40, 0)
    assert sum(told["current"]["counts"]) == 40
    assert len(told["current"]["counts"]) == len(told["reference"]["counts"]) == len(told["bins"])
    assert sum(told["reference"]["counts"]) == told["reference"]["rows"] == 30 * 40


def test_the_last_closed_window_is_shown_unless_another_is_named(reader: TestClient) -> None:
    told = reader.get("/v1/models/loans/columns/income").json()
    assert told["window"] == {"start": "2026-03-04T00:00:00Z", "end": "2026-03-05T00:00:00Z"}
    assert (told["current"]["rows"], told["current"]["missing"]) == (40, 40)


def test_a_column_may_have_a_slash_in_its_name(reader: TestClient) -> None:
    for name in ("branch/city", "branch%2Fcity"):
        told = reader.get(f"/v1/models/loans/columns/{name}").json()
        assert set(told["categories"]) == {"north", "süd"}
        assert sum(told["current"]["counts"]) == 40


def test_a_version_that_never_was_has_no_rows(reader: TestClient) -> None:
    told = reader.get("/v1/models/loans/columns/income", params={"version": "never"}).json()
    assert told["current"]["rows"] == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/models/nobody", 404),
        ("/v1/models/eta", 404),
        ("/v1/models/eta/metrics", 404),
        ("/v1/models/loans/columns/none", 404),
        ("/v1/models/loans/columns/income?since=2026-03-02&until=2026-03-01", 422),
        ("/v1/models/fresh/columns/temp", 404),
        ("/v1/models/fresh/metrics", 200),
        ("/v1/models/" + "a" * 65, 422),
        ("/v1/models/" + "a" * 4000, 422),
        ("/v1/models/größe", 422),
        ("/v1/models/a%00b", 422),
        ("/v1/models/%F0%9F%98%80", 422),
        ("/v1/models/a%2Fb", 404),
        ("/v1/models/..", 404),
        ("/v1/models/", 404),
    ],
)
def test_what_is_not_there_is_404_and_what_cannot_be_is_422(reader: TestClient, path: str, status: int) -> None:
    answer = reader.get(path)
    assert answer.status_code == status, answer.text
