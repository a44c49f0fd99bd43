"""A column in words: findings say what, how far and since when."""

from __future__ import annotations

import pytest

from modelwatch.app import build_catalog
from modelwatch.domain.instants import DAY
from modelwatch.show import column as words
from modelwatch.show.digits import HARD_SPACE


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory):
    catalog = build_catalog(tmp_path_factory.mktemp("home"))

    def make(metric: str, value: float, *, limit: float | None = None, span: int = 1) -> words.Past:
        found = catalog.metrics.get(metric)
        return words.Past(metric=found, value=value, limit=limit, start=2 * DAY, end=5 * DAY, span=span * DAY)

    return make


@pytest.mark.parametrize(
    ("metric", "value", "limit", "span", "says"),
    [
        ("missing_share", 1.0, 0.05, 1, "No values on 5 Jan, nothing to compare"),
        ("missing_share", 0.15, 0.05, 1, "15 % of values missing on 5 Jan"),
        ("psi", 8.2463, 2.35, 28, "Population stability index 8.25 over 28 d to 5 Jan, limit 2.35"),
        ("unseen_share", 0.002, None, 1, "0.2 % of values not in the reference on 5 Jan"),
    ],
)
def test_findings(past, metric: str, value: float, limit: float | None, span: int, says: str) -> None:
    assert words.found([past(metric, value, limit=limit, span=span)], "UTC", 5 * DAY).replace(HARD_SPACE, " ") == says


def test_since_and_before(past) -> None:
    one = past("psi", 8.2, limit=2.3, span=28)
    assert words.since([one], "UTC", 5 * DAY).replace(HARD_SPACE, " ") == "Past its limit: PSI over 28 d since 3 Jan."
    told = words.since([one] * 5, "UTC", 5 * DAY)
    assert told.endswith("and 2 more.")
    before = words.before(one, "UTC", 5 * DAY).replace(HARD_SPACE, " ")
    assert before == "Before: PSI over 28 d past its limit from 3 to 5 Jan, up to 8.20 against a limit of 2.30."
