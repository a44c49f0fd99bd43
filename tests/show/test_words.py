"""Values in words: short, exact where it matters, and never NaN."""

from __future__ import annotations

import pytest

from modelwatch.show.words import count, instant, listed, number, share


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (2e-308, "0"),
        (1e-5, "1e-05"),
        (0.00123456, "0.001235"),
        (-12.3456, "-12.35"),
        (123456.7, "123,457"),
        (1e20, "100,000,000,000,000,000,000"),
        (None, "-"),
    ],
)
def test_numbers_have_four_digits_and_whole_ones_all(value: float | None, expected: str) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.0004, "<0.1 %"), (0.0006, "0.1 %"), (0.305, "30.5 %"), (None, "-")],
)
def test_shares_are_percent(value: float | None, expected: str) -> None:
    assert share(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2013-03-01T00:00:00Z", "2013-03-01"),
        ("2013-03-01T05:30:00Z", "2013-03-01 05:30Z"),
        ("2013-03-01T05:30:07Z", "2013-03-01 05:30:07Z"),
        ("2013-03-01T00:00:00.250000Z", "2013-03-01 00:00:00.250000Z"),
        (None, "-"),
    ],
)
def test_times_leave_out_what_is_zero(text: str | None, expected: str) -> None:
    assert instant(text) == expected


def test_counts_and_lists() -> None:
    assert (count(0, "row"), count(1, "row"), count(1234, "row")) == ("0 rows", "1 row", "1,234 rows")
    assert listed(["a", "b"], most=2) == "a, b"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
