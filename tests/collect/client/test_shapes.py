"""What is no set of features and no outcome is refused with a word on what to give; the rest is in test_watch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from modelwatch.collect.client.shapes import features_of, fields_of, outcome_of
from modelwatch.domain.errors import InputError


@pytest.mark.parametrize(
    "given", [object(), 1, "text", dict, np.ones((2, 2)), pd.DataFrame({"x": [1, 2]}), pl.DataFrame({"x": [1, 2]})]
)
def test_what_holds_no_features(given: Any) -> None:
    with pytest.raises(InputError, match="give a dict"):
        features_of(given)


def test_the_shape_is_told() -> None:
    with pytest.raises(InputError, match=r"DataFrame of shape \(2, 1\)"):
        features_of(pl.DataFrame({"x": [1, 2]}))


def test_a_copy_is_taken() -> None:
    given = {"x": 1}
    assert fields_of(given) is not given
    values = [1, 2]
    assert features_of(values) is not values


def test_a_polars_series_is_a_list() -> None:
    assert features_of(pl.Series([1.0, 2.0])) == [1.0, 2.0]


@pytest.mark.parametrize("result", [None, [], {}, {"text": "late"}])
def test_what_says_no_outcome(result: Any) -> None:
    with pytest.raises(InputError, match="result="):
        outcome_of(result)
