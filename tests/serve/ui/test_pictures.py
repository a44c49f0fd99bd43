"""Any chart by itself: as picture, SVG and specification, by the same query as its page."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

CHARTS = "/models/loans/charts"


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [("png", "image/png", b"\x89PNG"), ("svg", "image/svg+xml", b"<svg"), ("json", "application/json", b"{")],
)
def test_each_form_is_sent(reader: TestClient, form: str, media_type: str, begins: bytes) -> None:
    answer = reader.get(f"{CHARTS}/missing.{form}?column=income")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert answer.content.startswith(begins)
    assert "var(--" not in answer.text


def test_a_picture_is_only_sent_again_when_it_changed(reader: TestClient) -> None:
    first = reader.get(f"{CHARTS}/values.json?column=income")
    again = reader.get(f"{CHARTS}/values.json?column=income", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = reader.get(f"{CHARTS}/values.json?column=income&theme=dark")
    assert other.headers["etag"] != first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"


def test_charts_of_the_model_have_pictures_too(reader: TestClient) -> None:
    assert reader.get(f"{CHARTS}/volume.json").json()["description"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing.png?column=income", 404),
        ("missing.gif?column=income", 404),
        ("missing.png?column=nothing", 404),
        ("missing.png?column=income&theme=pink", 422),
        ("missing.png?column=income&scale=9", 422),
    ],
)
def test_what_cannot_be_sent_is_told(reader: TestClient, path: str, status: int) -> None:
    assert reader.get(f"{CHARTS}/{path}").status_code == status
