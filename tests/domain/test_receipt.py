"""Receipts add up, and say when nothing that came was of use."""

from __future__ import annotations

from modelwatch.domain.receipt import Cause, Fault, Receipt


def cause(field: str, rows: int, row: int) -> Cause:
    return Cause(kind="type", rows=rows, first=Fault(row=row, field=field, reason="no number"))


def test_causes_of_the_same_kind_and_field_add_up_the_most_frequent_first() -> None:
    one = Receipt(quarantined=3, causes=(cause("temp", 2, 1), cause("age", 1, 9)), warnings=("no id",))
    two = Receipt(quarantined=4, causes=(cause("age", 4, 20),), warnings=("no id", "no time"))
    total = one + two
    assert total.causes == (cause("age", 5, 9), cause("temp", 2, 1))
    assert total.warnings == ("no id", "no time")
    assert Receipt.total([one, two]) == total


def test_rows_that_are_all_quarantined_are_useless() -> None:
    assert Receipt(quarantined=1).useless
    assert not Receipt(quarantined=1, accepted=1).useless
    assert not Receipt(quarantined=1, duplicates=1).useless
    assert not Receipt().useless
