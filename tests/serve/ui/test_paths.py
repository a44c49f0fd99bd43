"""Addresses of pages: names of any kind, environments, fields that change."""

from __future__ import annotations

from modelwatch.domain.names import ModelKey
from modelwatch.serve.ui.paths import column_path, incident_path, links, model_path


def test_names_are_one_step_of_a_path() -> None:
    eu = ModelKey("churn", "eu")
    assert column_path(eu, "a/b?c#d é") == "/models/churn/columns/a%2Fb%3Fc%23d%20%C3%A9?env=eu"
    assert (model_path(eu), incident_path(7)) == ("/models/churn?env=eu", "/incidents/7")


def test_links_change_what_they_are_told_and_keep_the_rest() -> None:
    url = links("/events", {"model": "churn", "kind": None})
    assert url() == "/events?model=churn"
    assert url(kind="a b") == "/events?model=churn&kind=a+b"
    assert url(model=None) == "/events"
