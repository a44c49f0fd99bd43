"""The page of a model: its numbers are those of the API, each of its states is honest, and nothing breaks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.serve import build
from modelwatch.show import digits

START = parse_instant("2026-03-01")
PRICES = """
model: {model}
task: {task}
columns:
  id: id
  timestamp: at
  prediction: price
  features: {{size: numeric, town: categorical}}
  segments: [town]
reference: {{path: reference.parquet}}
windows: {{size: 1d, lateness: 0h, spans: [1, 3]}}
"""


def _page(client: TestClient, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return response.text


def _words(html: str) -> str:
    """What a reader sees, as one line."""
    shown = re.sub(r"<script.*?</script>|<svg.*?</svg>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown)).replace(digits.HARD_SPACE, " "))


def _data(html: str) -> dict[str, dict[str, Any]]:
    """The JSON of the page: charts by name, and `lanes`."""
    found = [
        json.loads(text) for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.S)
    ]
    return {each.get("name", "lanes"): each for each in found}


def _rows(first: int, days: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    instants = START + first * DAY + np.arange(days * 150) * (DAY // 150)
    size = rng.normal(80, 10, instants.size)
    return pl.DataFrame(
        {
            "id": [f"{first}-{place}" for place in range(instants.size)],
            "at": pl.Series(instants).cast(pl.Datetime("us", "UTC")),
            "size": size,
            "town": rng.choice(["a", "b"], instants.size),
            "price": 2 * size,
            "label": 2 * size + rng.normal(0, 5, instants.size),
        }
    )


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A regression that was watched for a week with nothing wrong, one without a task, and one that never ran."""
    folder = tmp_path_factory.mktemp("towns")
    _rows(-20, 20, 1).write_parquet(folder / "reference.parquet")
    served = _rows(0, 7, 2)
    served.drop("label").write_parquet(folder / "served.parquet")
    labels = served.select(prediction_id="id", label="label", timestamp=pl.col("at").dt.offset_by("1h"))
    labels.write_parquet(folder / "labels.parquet")
    with Home.open(folder / "home", write=True) as home:
        for model, task in (("prices", "regression"), ("plain", "none"), ("newborn", "regression")):
            (folder / "monitor.yaml").write_text(PRICES.format(model=model, task=task))
            home.apply(folder / "monitor.yaml")
        for model in ("prices", "plain"):
            home.ingest(ModelKey(model), [folder / "served.parquet"])
        home.label(ModelKey("prices"), [folder / "labels.parquet"])
        home.run(until=START + 7 * DAY)
        with TestClient(build(home, token="t"), base_url="http://localhost") as client:
            yield client


def _metric(client: TestClient, path: str) -> list[dict[str, Any]]:
    return client.get(f"/v1/models/{path}&limit=1000").json()


def test_figures_are_those_of_the_api(towns: TestClient) -> None:
    words = _words(_page(towns, "/models/prices"))
    scores = _metric(towns, "prices/metrics?metric=rmse")
    for span in (1, 3):
        last = [each for each in scores if each["span"] == span and each["value"] is not None][-1]
        assert digits.metric(last["value"]) in words
        assert f"{digits.metric(last['interval'][0])} to {digits.metric(last['interval'][1])}" in words
    rows = _metric(towns, "prices/metrics?metric=rows")
    assert digits.count(round(rows[-1]["value"])) in words


def test_lanes_and_their_tables_hold_the_values_of_the_api(towns: TestClient) -> None:
    charts = _data(_page(towns, "/models/prices"))
    wanted = [each for each in _metric(towns, "prices/metrics?metric=rmse") if each["span"] == 1]
    shown = [row["one"] for row in charts["key"]["rows"]]
    assert shown == [float(f"{each['value']:.3g}") for each in wanted if each["value"] is not None]
    counted = [row["rows"] for row in charts["volume"]["rows"]]
    assert counted == [each["value"] for each in _metric(towns, "prices/metrics?metric=rows")]


def test_read_outs_tell_of_every_window(towns: TestClient) -> None:
    lanes = _data(_page(towns, "/models/prices?range=7d"))["lanes"]
    assert len(lanes["windows"]) == 7
    assert all(len(lines) == 7 for lines in lanes["readouts"].values())
    assert lanes["domain"] == [lanes["windows"][0][0], lanes["windows"][-1][1]]


def test_nothing_wrong_is_one_calm_line(towns: TestClient) -> None:
    html = _page(towns, "/models/prices")
    assert "All right. No incident so far." in html
    assert 'class="banner critical"' not in html


def test_a_model_without_a_task_shows_what_it_can(towns: TestClient) -> None:
    words = _words(_page(towns, "/models/plain"))
    assert "Drift by column" in words
    assert "Not logged. Send latency_ms" in words
    assert "Root mean squared error" not in words


def test_a_model_without_windows_says_so(towns: TestClient) -> None:
    words = _words(_page(towns, "/models/newborn"))
    assert "No window has closed yet" in words
    assert "Pending" in words


def test_the_worst_open_incident_is_the_banner(reader: TestClient) -> None:
    words, worst = _words(_page(reader, "/models/loans")), reader.get("/v1/incidents?model=loans&state=open").json()
    assert worst
    assert any(f"Open incident {each['id']}" in words for each in worst)
    assert any(each["cause"]["first_action"] in words for each in worst)


def test_only_who_may_operate_is_asked_to_acknowledge(reader: TestClient) -> None:
    assert 'action="/incidents/' in _page(reader, "/models/loans")


def test_a_pending_model_shows_its_proposal_and_how_to_apply_it(reader: TestClient) -> None:
    words = _words(_page(reader, "/models/fresh"))
    assert "modelwatch apply monitor.yaml" in words
    assert "task: binary" in words


def test_missing_columns_are_told_with_their_state_in_words(reader: TestClient) -> None:
    charts = _data(_page(reader, "/models/loans"))
    assert charts["missing"]["rows"][-1]["c0"] == 1.0
    assert "income" in charts["missing"]["columns"].values()
    assert charts["lanes"]["readouts"]["missing"][-1][0].startswith("100")


@pytest.mark.parametrize("query", ["range=2w", "span=5", "since=never", "since=2026-03-02&until=2026-03-01", "env=A!"])
def test_what_cannot_be_shown_is_refused_in_words(reader: TestClient, query: str) -> None:
    response = reader.get(f"/models/loans?{query}")
    assert response.status_code == 422
    assert "cannot be done" in response.text


@pytest.mark.parametrize("path", ["/models/eta", "/models/nothing", "/models/loans?env=test"])
def test_models_of_others_and_unknown_ones_are_not_there(reader: TestClient, path: str) -> None:
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "range=7d",
        "range=1y",
        "span=1",
        "slices=all&columns=all",
        "since=2026-01-01",
        "since=2020-01-01&until=2020-02-01",
    ],
)
def test_every_choice_has_a_page(reader: TestClient, query: str) -> None:
    charts = _data(_page(reader, f"/models/loans?{query}"))
    assert all(chart["spec"] for name, chart in charts.items() if name != "lanes")


def test_a_phone_gets_90_days_unless_it_asks(reader: TestClient) -> None:
    phone = {"user-agent": "Mozilla/5.0 (Linux; Android 15) Mobile"}
    assert re.search(r'aria-current="true"[^>]*>90', _page(reader, "/models/loans", **phone))
    assert re.search(r'aria-current="true"[^>]*>7', _page(reader, "/models/loans?range=7d", **phone))


def test_links_of_columns_are_escaped(reader: TestClient) -> None:
    html = _page(reader, "/models/loans?span=1")
    assert "branch/city" in html
    assert "/columns/branch/city" not in html


def test_pages_keep_to_their_policy(reader: TestClient, made: Path) -> None:
    del made
    html = _page(reader, "/models/loans")
    assert " style=" not in html
    assert " onclick=" not in html
