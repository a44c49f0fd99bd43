"""What is wrong with the data itself: missing, unseen, out of range, not a number, repeated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelwatch.compare import compare

ROWS = 2000
RNG = np.random.default_rng(41)
NUMBERS = RNG.normal(size=ROWS)


def checks(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    findings = compare(reference=before, current=after).quality
    return {each.check: each.status.value for each in findings}


def holed(share: float) -> np.ndarray:
    values = NUMBERS.copy()
    values[: int(share * ROWS)] = np.nan
    return values


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.0, 0.04, None),
        (0.0, 0.06, "warning"),
        (0.0, 0.21, "critical"),
        (0.3, 0.34, None),
        (0.3, 0.2, None),
        (0.3, 0.51, "critical"),
    ],
)
def test_missing_values_against_the_reference(before: float, after: float, expected: str | None) -> None:
    assert checks({"x": holed(before)}, {"x": holed(after)}).get("missing_share") == expected


@pytest.mark.parametrize(("share", "expected"), [(0.005, None), (0.02, "warning"), (0.06, "critical")])
def test_categories_the_reference_does_not_have(share: float, expected: str | None) -> None:
    known = ["a", "b", "c", "d"] * (ROWS // 4)
    new = ["z"] * int(share * ROWS)
    assert checks({"k": known}, {"k": [*known[len(new) :], *new]}).get("unseen_share") == expected


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("share", "expected"), [(0.005, None), (0.02, "warning"), (0.06, "warning")])
def test_values_far_outside_the_reference(share: float, expected: str | None, dtype: type) -> None:
    far = NUMBERS.copy()
    far[: int(share * ROWS)] = 100.0
    found = checks({"x": NUMBERS.astype(dtype)}, {"x": far.astype(dtype)})
    assert found.get("out_of_range_share") == expected


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("step", "expected"), [(0.0, None), (1e-3, "warning")])
def test_the_range_is_widened_by_its_width_and_its_ends_belong_to_it(
    step: float, expected: str | None, dtype: type
) -> None:
    before = np.linspace(2.0, 3.0, 100, dtype=dtype)
    ends = np.repeat(np.linspace(1.0 - step, 4.0 + step, 2), 2)
    after = np.concatenate([ends, np.full(16, 2.5)]).astype(dtype)
    assert checks({"x": before}, {"x": after}).get("out_of_range_share") == expected


def test_predictions_that_are_no_number_are_critical() -> None:
    after = np.where(np.arange(ROWS) == 7, np.inf, NUMBERS)
    assert checks({"prediction": NUMBERS}, {"prediction": after})["nan_prediction_share"] == "critical"
    assert "nan_prediction_share" not in checks({"x": NUMBERS}, {"x": after})


def test_a_join_that_fans_out_is_seen() -> None:
    table = {"x": NUMBERS, "k": RNG.choice(["a", "b"], ROWS)}
    fanned = {name: np.repeat(values, 2)[:ROWS] for name, values in table.items()}
    found = checks(table, fanned)
    assert found["duplicate_share"] == "critical"
    assert "duplicate_share" not in checks(fanned, fanned)


def test_few_values_repeat_by_chance_and_that_is_no_finding() -> None:
    draw = np.random.default_rng(42)
    small, large = draw.choice(["a", "b", "c"], 120), draw.choice(["a", "b", "c"], 5000)
    assert "duplicate_share" not in checks({"k": small}, {"k": large})


def test_a_finding_says_how_much_where_and_against_what() -> None:
    [finding] = compare(reference={"x": holed(0.01)}, current={"x": holed(0.3)}).quality
    assert finding.message == "Missing values in 'x': 30 %, 1 % in the reference, limit 21 %"
    assert finding.value == pytest.approx(0.3)
    known = ["a", "b"] * 500
    [finding] = compare(reference={"k": known}, current={"k": [*known[:900], *["new"] * 100]}).quality
    assert finding.message == "Unseen categories in 'k': 10 %, limit 5 %, such as 'new'"
