"""Specifications that are kept: read once for a text and a catalogue, whatever became of their channels."""

from __future__ import annotations

from modelwatch.catalog import Catalog
from modelwatch.spec import parse_kept

TEXT = "{model: churn, task: binary, routes: [{to: [gone]}]}"


def test_a_text_is_read_once_for_a_catalogue_and_a_project() -> None:
    catalog = Catalog()
    first = parse_kept(TEXT, catalog=catalog, project="a")
    assert parse_kept(TEXT, catalog=catalog, project="a") is first
    assert parse_kept(TEXT, catalog=catalog, project="b").key.project == "b"
    assert parse_kept(TEXT, catalog=Catalog(), project="a") is not first


def test_a_channel_that_is_gone_is_no_fault() -> None:
    assert parse_kept(TEXT, catalog=Catalog(), project="a").routes[0].to == ("gone",)
