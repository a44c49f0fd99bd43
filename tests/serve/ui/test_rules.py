"""The rules page: the rules of the specification, for one model or for all."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from modelwatch.app import Home
from modelwatch.domain.names import ModelKey
from modelwatch.spec import parse_kept


def test_every_rule_of_the_specification_is_a_line(desk: TestClient, watched: Home) -> None:
    rules = parse_kept(watched.show(ModelKey("loans")), catalog=watched.catalog, project="default").rules
    everywhere, one = desk.get("/rules").text, desk.get("/rules", params={"model": "loans"}).text
    assert everywhere.count("data-row") == one.count("data-row") == len(rules)
    assert "Rules of <bdi>loans</bdi>" in one


def test_what_fired_of_late_is_counted(reader: TestClient) -> None:
    text = reader.get("/rules").text
    line = next(each for each in re.findall(r"<tr data-row>.*?</tr>", text, re.DOTALL) if "Missing values" in each)
    assert re.search(r"r-fired\"><b>1</b>", line)
    assert re.search("above the reference by", line)
    assert re.search("20.%", line)


def test_models_without_rules(reader: TestClient, client: TestClient) -> None:
    assert reader.get("/rules", params={"model": "fresh"}).status_code == 404
    assert reader.get("/rules", params={"model": "eta"}).status_code == 404
    assert "No model has a specification yet" in client.get("/rules").text
