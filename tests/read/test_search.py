"""Search: words find models, columns and incidents of one's own project, the best first."""

from __future__ import annotations

from typing import Any

import pytest

from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.read.search import Found, search
from modelwatch.show.status import State
from modelwatch.store import models


@pytest.fixture
def filled(desk: Any) -> Any:
    number = desk.model("wind-power", team="grid")
    desk.model("upwind", env="eu")
    desk.incident(number, 7, "wind_dir is missing over the 7 windows to 2013-10-22", severity=Status.CRITICAL)
    desk.incident(number, 8, "Mean label 0.8 over the 7 windows to 2013-10-22")
    desk.incident(desk.model("theirs", project="rides"), 9, "wind_dir is missing")
    with desk.state.transaction() as tx:
        models.ensure(tx, ModelKey("windless"))
    return desk


def find(desk: Any, text: str, most: int = 9) -> Found:
    with desk.state.reading() as tx:
        return search(tx, desk.catalog, "default", text, most=most)


def test_models_by_name_env_owner_and_task(filled: Any) -> None:
    found = find(filled, "wind").models
    assert [each.key.model for each in found] == ["wind-power", "windless", "upwind"]
    assert [each.state for each in found] == [State.CRITICAL, State.PENDING, State.OK]
    assert [each.key.model for each in find(filled, "EU binary").models] == ["upwind"]
    assert [each.key.model for each in find(filled, "grid wind").models] == ["wind-power"]


def test_columns_by_name_and_their_model(filled: Any) -> None:
    both = find(filled, "wind_d").columns
    assert [(each.key.model, each.column, each.kind) for each in both] == [
        (name, "wind_dir", "numeric") for name in ("wind-power", "upwind")
    ]
    assert [each.key.model for each in find(filled, "dir power").columns] == ["wind-power"]
    assert [each.column for each in find(filled, "prediction").columns] == ["prediction"] * 2
    assert find(filled, "power").columns == []


def test_incidents_by_what_was_found_or_their_number(filled: Any) -> None:
    assert [each.id for each in find(filled, "wind").incidents] == [7]  # not by "windows"
    assert [each.id for each in find(filled, "#8").incidents] == [8]
    assert find(filled, "theirs").models == []
    assert find(filled, "#9").incidents == []


def test_more_are_counted_and_nothing_finds_nothing(filled: Any) -> None:
    found = find(filled, "wind", most=1)
    assert (len(found.models), found.more_models, len(found.columns), found.more_columns) == (1, 2, 1, 1)
    assert find(filled, "  ") == Found()
