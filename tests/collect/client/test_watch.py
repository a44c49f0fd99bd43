"""Watched functions and blocks: what they log, and that they behave as without it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pydantic
import pytest

from modelwatch.collect.client.watch import Log, Watch


@dataclass
class Kept:
    """Keeps what would be logged."""

    fields: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def watch(self, function: Callable[..., Any], **given: Any) -> Any:
        def log(values: Mapping[str, Any]) -> str:
            self.fields.append({name: value for name, value in values.items() if value is not None})
            return "made"

        return Watch(Log(log=log, fault=lambda kind, message: self.faults.append(message)), **given).decorate(function)

    @property
    def only(self) -> dict[str, Any]:
        [found] = self.fields
        assert found.pop("latency_ms") >= 0
        return found


@pytest.fixture
def kept() -> Kept:
    return Kept()


@dataclass
class Flight:
    temp: float
    carrier: str


class Tuple(NamedTuple):
    temp: float
    carrier: str


class Struct(msgspec.Struct):
    temp: float
    carrier: str


class Model(pydantic.BaseModel):
    temp: float
    carrier: str


ROW = {"temp": 39.5, "carrier": "UA"}


@pytest.mark.parametrize(
    "given",
    [
        ROW, Flight(39.5, "UA"), Tuple(39.5, "UA"), Struct(39.5, "UA"), Model(temp=39.5, carrier="UA"), pd.Series(ROW),
        pd.DataFrame([ROW]), pl.DataFrame([ROW]),
    ],
    ids=lambda given: f"{type(given).__module__}.{type(given).__name__}",
)  # fmt: skip
def test_the_only_argument_is_read_by_its_fields(kept: Kept, given: Any) -> None:
    assert kept.watch(lambda flight: 0.8)(given) == 0.8
    assert kept.only == {"features": ROW, "output": 0.8}


@pytest.mark.parametrize("given", [[1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0])])
def test_values_without_names_stay_a_list(kept: Kept, given: Any) -> None:
    kept.watch(lambda values: "late")(given)
    assert kept.only == {"features": [1.0, 2.0], "prediction": "late"}


def test_several_arguments_go_by_their_names(kept: Kept) -> None:
    def predict(temp: float, carrier: str = "UA", **more: Any) -> int:
        return 1

    assert kept.watch(predict)(39.5, hour=6) == 1
    assert kept.only == {"features": {"temp": 39.5, "hour": 6}, "prediction": 1}


def test_named_arguments_hold_features_and_id(kept: Kept) -> None:
    def predict(model: object, row: dict[str, Any], request: str) -> float:
        return 0.5

    kept.watch(predict, features="row", prediction_id="request", version="4")(object(), ROW, request="r1")
    assert kept.only == {"features": ROW, "prediction_id": "r1", "version": "4", "output": 0.5}


def test_what_the_function_does_to_its_argument_is_not_logged(kept: Kept) -> None:
    def predict(row: dict[str, Any]) -> float:
        row.clear()
        return 0.5

    kept.watch(predict)(dict(ROW))
    assert kept.only["features"] == ROW


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (True, {"prediction": True}),
        (np.int64(3), {"prediction": 3}),
        (np.float32(0.5), {"output": 0.5}),
        (np.array([0.5]), {"output": 0.5}),
        (np.array(["late"]), {"prediction": "late"}),
        ({"score": 0.5, "prediction_id": "a", "other": 1}, {"score": 0.5, "prediction_id": "a"}),
        ({"probabilities": {"a": 1.0}}, {"probabilities": {"a": 1.0}}),
    ],
)
def test_results_that_are_understood(kept: Kept, result: Any, expected: dict[str, Any]) -> None:
    assert kept.watch(lambda x: result)(1) is result
    assert kept.only == {"features": {"x": 1}, **expected}


@pytest.mark.parametrize("result", [None, object(), {"text": "x"}, [0.1, 0.9], np.array([0.1, 0.9])])
def test_a_result_that_says_nothing_is_a_fault_and_the_call_is_logged(kept: Kept, result: Any) -> None:
    assert kept.watch(lambda x: result)(1) is result
    assert kept.only == {"features": {"x": 1}}
    assert "give result=" in kept.faults[0]


def test_a_reader_of_results(kept: Kept) -> None:
    kept.watch(lambda x: [0.1, 0.9], result=lambda found: {"score": found[1], "prediction": 1})(1)
    assert kept.only == {"features": {"x": 1}, "score": 0.9, "prediction": 1}


def test_a_reader_that_fails_does_not_fail_the_call(kept: Kept) -> None:
    assert kept.watch(lambda x: 0.5, result=lambda found: found["score"])(1) == 0.5
    assert len(kept.faults) == 1
    assert kept.only == {"features": {"x": 1}}


def test_an_error_goes_on_unchanged_and_is_named(kept: Kept) -> None:
    error = KeyError("temp")

    def predict(row: dict[str, Any]) -> float:
        raise error

    with pytest.raises(KeyError) as caught:
        kept.watch(predict)(ROW)
    assert caught.value is error
    assert kept.only == {"features": ROW, "error": "KeyError"}


def test_a_wrong_call_fails_as_without_the_watch(kept: Kept) -> None:
    with pytest.raises(TypeError, match="positional argument"):
        kept.watch(lambda row: 0.5)()
    assert kept.only == {"error": "TypeError"}


def test_an_interrupt_is_not_a_prediction(kept: Kept) -> None:
    def predict(row: dict[str, Any]) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.watch(predict)(ROW)
    assert kept.fields == []


def test_coroutines(kept: Kept) -> None:
    async def predict(row: dict[str, Any]) -> float:
        await asyncio.sleep(0)
        return row["temp"] / 100

    watched = kept.watch(predict)
    assert inspect.iscoroutinefunction(watched)
    assert asyncio.run(watched(ROW)) == 0.395
    assert kept.only == {"features": ROW, "output": 0.395}


def test_an_error_of_a_coroutine(kept: Kept) -> None:
    async def predict(row: dict[str, Any]) -> float:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        asyncio.run(kept.watch(predict)(ROW))
    assert kept.only["error"] == "ValueError"


def test_methods_leave_out_their_instance(kept: Kept) -> None:
    class Scorer:
        def predict(self, row: dict[str, Any]) -> float:
            return 0.1

        @classmethod
        def of_class(cls, row: dict[str, Any]) -> float:
            return 0.2

        @staticmethod
        def alone(row: dict[str, Any]) -> float:
            return 0.3

    class Watched:
        predict = kept.watch(Scorer.predict)
        of_class = kept.watch(Scorer.__dict__["of_class"])
        alone = kept.watch(Scorer.__dict__["alone"])

    found = [Watched().predict(ROW), Watched.of_class(ROW), Watched.alone(ROW), Watched().alone(ROW)]
    assert found == [0.1, 0.2, 0.3, 0.3]
    assert [each["features"] for each in kept.fields] == [ROW] * 4


def test_generators_are_left_as_they_are(kept: Kept) -> None:
    def stream(row: dict[str, Any]) -> Iterator[float]:
        yield 0.5

    async def astream(row: dict[str, Any]) -> AsyncIterator[float]:
        yield 0.5

    assert kept.watch(stream) is stream
    assert kept.watch(astream) is astream


def test_a_watched_function_looks_like_itself(kept: Kept) -> None:
    def predict(row: dict[str, Any], threshold: float = 0.5) -> float:
        """Say how late."""
        return 0.5

    watched = kept.watch(predict)
    assert watched.__name__ == "predict"
    assert watched.__doc__ == "Say how late."
    assert inspect.signature(watched) == inspect.signature(predict)
