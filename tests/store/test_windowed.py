"""Profiles and outcomes: blobs by version and window, of base windows and of days; all four tables alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modelwatch.store import State, outcomes, profiles
from modelwatch.store.windowed import WindowBlob

Get = Callable[..., list[WindowBlob]]
Put = Callable[..., None]
TABLES: list[tuple[Get, Put]] = [
    (profiles.get_many, profiles.put_many),
    (profiles.get_slices, profiles.put_slices),
    (outcomes.get_many, outcomes.put_many),
    (outcomes.get_slices, outcomes.put_slices),
]
ROWS = [("2", 10, 20, b"d"), ("1", 0, 10, b"a"), ("1", 20, 30, b"c"), ("1", 10, 20, b"b")]


@pytest.mark.parametrize(("get", "put"), TABLES)
def test_windows_come_by_time_then_version(state: State, model_id: int, get: Get, put: Put) -> None:
    with state.transaction() as tx:
        put(tx, model_id, ROWS)
        assert [row.blob for row in get(tx, model_id, 0, 100)] == [b"a", b"b", b"d", b"c"]
        [(version, start, end, blob)] = get(tx, model_id, 0, 1)
        assert (version, start, end, blob) == ("1", 0, 10, b"a")


@pytest.mark.parametrize(("get", "put"), TABLES)
def test_a_range_holds_its_start_and_not_its_end(state: State, model_id: int, get: Get, put: Put) -> None:
    with state.transaction() as tx:
        put(tx, model_id, ROWS)
        assert {row.start for row in get(tx, model_id, 10, 20)} == {10}
        assert {row.start for row in get(tx, model_id, 1, 21)} == {10, 20}
        assert get(tx, model_id, 30, 100) == []


@pytest.mark.parametrize(("get", "put"), TABLES)
def test_putting_again_overwrites(state: State, model_id: int, get: Get, put: Put) -> None:
    with state.transaction() as tx:
        put(tx, model_id, ROWS)
        put(tx, model_id, [("1", 0, 10, b"new")])
        assert [row.blob for row in get(tx, model_id, 0, 100)] == [b"new", b"b", b"d", b"c"]


@pytest.mark.parametrize(("get", "put"), TABLES)
def test_tables_and_models_are_apart(state: State, model_id: int, other_id: int, get: Get, put: Put) -> None:
    with state.transaction() as tx:
        put(tx, model_id, ROWS)
        assert get(tx, other_id, 0, 100) == []
        assert [other(tx, model_id, 0, 100) for other, _ in TABLES if other is not get] == [[], [], []]


@pytest.mark.parametrize("noun", [profiles, outcomes])
def test_versions_come_in_the_order_they_were_seen(state: State, model_id: int, other_id: int, noun: Any) -> None:
    with state.transaction() as tx:
        assert noun.versions(tx, model_id) == []
        assert noun.first_start(tx, model_id) is None
        noun.put_many(tx, model_id, [("10", 50, 60, b""), ("9", 40, 50, b""), ("10", 60, 70, b"")])
        noun.put_many(tx, other_id, [("1", 0, 10, b"")])
        assert noun.versions(tx, model_id) == ["9", "10"]
        assert noun.first_start(tx, model_id) == 40


def test_rows_that_were_turned_away_do_not_say_when_the_model_began(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [("", 0, 10, b"quarantined")])
        assert profiles.first_start(tx, model_id) is None
        profiles.put_many(tx, model_id, [("1", 20, 30, b"a")])
        assert profiles.first_start(tx, model_id) == 20


def test_the_model_as_a_whole_may_have_no_version(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [("", 0, 10, b"a")])
        assert profiles.versions(tx, model_id) == [""]


def test_last_starts_are_by_version_and_before_an_instant(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        profiles.put_many(tx, model_id, [*ROWS, ("", 90, 100, b"turned away")])
        profiles.put_many(tx, other_id, [("9", 50, 60, b"e")])
        assert profiles.last_starts(tx, model_id) == {"1": 20, "2": 10}
        assert profiles.last_starts(tx, model_id, before=20) == {"1": 10, "2": 10}
        assert profiles.last_starts(tx, model_id, before=10) == {"1": 0}
