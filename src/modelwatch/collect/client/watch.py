"""Logging around a caller's function or block: its arguments, its result, its time and its error.

`recorder` offers both; what they log goes the way of every prediction.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, cast

from modelwatch.collect.client.shapes import features_of, fields_of, outcome_of

_KEPT = (inspect.isgeneratorfunction, inspect.isasyncgenfunction)
_INSTANCE = ("self", "cls")


class Fault(Protocol):
    """Counts and tells a fault of a kind."""

    def __call__(self, kind: str, message: str, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Where a watch logs to: fields of a prediction, for its id, and what it could not understand."""

    log: Callable[[Mapping[str, Any]], str]
    fault: Fault


class Watch:
    """One way of watching functions; parameters as of `Recorder.watch`."""

    def __init__(
        self,
        to: Log,
        *,
        features: str | None = None,
        result: Callable[[Any], Any] | None = None,
        prediction_id: str | None = None,
        version: str | None = None,
    ) -> None:
        self._to, self._features, self._result = to, features, result
        self._prediction_id, self._version = prediction_id, version

    def decorate(self, function: Any) -> Any:
        """The function, logged at every call."""
        for kind in (staticmethod, classmethod):
            if isinstance(function, kind):
                inner: Any = cast("Any", function).__func__
                return cast("Any", kind)(self.decorate(inner))
        if any(is_kept(function) for is_kept in _KEPT):
            return function
        signature = inspect.signature(function)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def watched_coroutine(*args: Any, **kwargs: Any) -> Any:
                call = _Call(self._to, self._arguments(signature, args, kwargs))
                try:
                    result = await function(*args, **kwargs)
                except Exception as error:
                    call.failed(error)
                    raise
                call.returned(result, self._result)
                return result

            return watched_coroutine

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            call = _Call(self._to, self._arguments(signature, args, kwargs))
            try:
                result = function(*args, **kwargs)
            except Exception as error:
                call.failed(error)
                raise
            call.returned(result, self._result)
            return result

        return watched

    def _arguments(self, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """What the arguments say of the prediction, copied before the function can change them."""
        found: dict[str, Any] = {"version": self._version}
        try:
            given = _named(signature.bind(*args, **kwargs))
            if self._prediction_id is not None:
                found["prediction_id"] = given.pop(self._prediction_id)
            found["features"] = features_of(given[self._features]) if self._features else _features(given)
        except Exception as error:  # noqa: BLE001 (never raises in the caller's path)
            self._to.fault(
                "features", f"a watched call was logged without its features: {type(error).__name__}: {error}"
            )
        return found


class _Call:
    """One call of a watched function."""

    def __init__(self, to: Log, fields: dict[str, Any]) -> None:
        self._to, self._fields = to, fields
        self._start_ns = time.perf_counter_ns()

    def failed(self, error: Exception) -> None:
        self._log({"error": type(error).__name__})

    def returned(self, result: Any, read: Callable[[Any], Any] | None) -> None:
        elapsed = self._elapsed_ms()
        try:
            found = outcome_of(result if read is None else read(result))
        except Exception as error:  # noqa: BLE001 (never raises in the caller's path)
            self._to.fault("result", f"a watched call was logged without its result: {type(error).__name__}: {error}")
            found = {}
        self._log(found, elapsed)

    def _log(self, found: Mapping[str, Any], elapsed_ms: float | None = None) -> None:
        latency = self._elapsed_ms() if elapsed_ms is None else elapsed_ms
        self._to.log({**self._fields, "latency_ms": latency, **found})

    def _elapsed_ms(self) -> float:
        return (time.perf_counter_ns() - self._start_ns) / 1e6


class Pending:
    """A prediction that is logged when its `with` block ends, with what was set on it by then.

    Parameters
    ----------
    to
        Where it is logged.
    features
        A copy of the features.
    fields
        Its id, time, version and metadata where they are known before the block; all may be set inside it.
    """

    def __init__(self, to: Log, features: Any, fields: Mapping[str, Any]) -> None:
        self._to = to
        self.features = features
        self.score: Any = None
        self.prediction: Any = None
        self.probabilities: Any = None
        self.error: str | bool | None = None
        self.latency_ms: float | None = None
        self.prediction_id: str | None = fields.get("prediction_id")
        self.timestamp: Any = fields.get("timestamp")
        self.version: str | None = fields.get("version")
        self.metadata: Mapping[str, Any] | None = fields.get("metadata")
        self._start_ns = time.perf_counter_ns()

    def __enter__(self) -> Self:
        self._start_ns = time.perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.latency_ms is None:
            self.latency_ms = (time.perf_counter_ns() - self._start_ns) / 1e6
        if isinstance(error, Exception):
            self.error = type(error).__name__
        self.prediction_id = self._to.log({name: value for name, value in vars(self).items() if name[0] != "_"})


def _named(bound: inspect.BoundArguments) -> dict[str, Any]:
    """Arguments by name, those of `**kwargs` by their own; without the instance of a method."""
    given: dict[str, Any] = {}
    for place, (name, value) in enumerate(bound.arguments.items()):
        if bound.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            given.update(value)
        elif not (place == 0 and name in _INSTANCE):
            given[name] = value
    return given


def _features(given: dict[str, Any]) -> Any:
    """The fields of the only argument if it has some, else all arguments by name."""
    if len(given) == 1:
        [only] = given.values()
        named = fields_of(only)
        if named is not None:
            return named
        if isinstance(only, list | tuple) or len(getattr(only, "shape", ())) > 0:
            return features_of(only)
    return given
