"""Ids made in the caller's thread: unique, of version 7, ordered by their millisecond, whatever is seeded."""

from __future__ import annotations

import random
from uuid import RFC_4122, UUID

from modelwatch.collect.client.ids import new_id


def test_ids_are_uuids_of_their_time() -> None:
    found = [UUID(new_id(1_362_117_600_000 + step)) for step in range(1000)]
    assert {(each.version, each.variant) for each in found} == {(7, RFC_4122)}
    assert [each.int >> 80 for each in found] == [1_362_117_600_000 + step for step in range(1000)]
    assert sorted(map(str, found)) == list(map(str, found))


def test_no_two_are_alike_even_in_one_millisecond() -> None:
    assert len({new_id(0) for _ in range(100_000)}) == 100_000


def test_every_bit_that_is_free_is_used() -> None:
    seen = 0
    for _ in range(1000):
        seen |= UUID(new_id(0)).int
    assert bin(seen).count("1") == 74 + 3 + 1


def test_a_service_that_seeds_its_own_random_numbers_does_not_repeat_ids() -> None:
    random.seed(0)
    first = new_id(0)
    random.seed(0)
    assert new_id(0) != first
