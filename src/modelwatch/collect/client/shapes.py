"""What a caller's arguments and results say: the features of one prediction, and what was predicted.

Runs in the caller's thread, since the caller may change them right after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from modelwatch.domain.errors import InputError

# What a result may name; all but `error` and `latency_ms`, which the watch itself takes down.
NAMED = ("score", "prediction", "probabilities", "prediction_id", "timestamp", "metadata")

# Where named tuples, pydantic's models and msgspec's structs tell the names of their fields.
_NAMES_OF_FIELDS = ("_fields", "model_fields", "__struct_fields__")


def features_of(given: Any) -> Any:
    """A shallow copy of one prediction's features.

    Parameters
    ----------
    given
        A mapping, a dataclass or pydantic object, a row or a frame of one row of pandas or Polars: then the copy
        is a dict. A list, tuple or one-dimensional array: then it is a list of values without names.

    Raises
    ------
    InputError
        If it is none of these.

    Examples
    --------
    >>> features_of({"temp": 39.5}), features_of((1, 2))
    ({'temp': 39.5}, [1, 2])
    """
    if given is None:
        return None
    named = fields_of(given)
    if named is not None:
        return named
    if isinstance(given, list | tuple):
        return list(cast("Iterable[Any]", given))
    convert: Callable[[], Any] | None = getattr(given, "tolist", None) or getattr(given, "to_list", None)
    if convert is not None and len(getattr(given, "shape", ())) == 1:
        return convert()
    raise InputError(
        f"{_told(given)} is not the features of one prediction: give a dict, an object or a list of values"
    )


def fields_of(given: Any) -> dict[str, Any] | None:
    """The fields of an object or row by name, None if it has no names."""
    if isinstance(given, Mapping):
        return dict(cast("Mapping[str, Any]", given))
    if isinstance(given, type):
        return None
    if is_dataclass(given):
        return {each.name: getattr(given, each.name) for each in fields(given)}
    kind: Any = type(cast("object", given))
    for names in _NAMES_OF_FIELDS:
        if hasattr(kind, names):
            return {name: getattr(given, name) for name in getattr(kind, names)}
    return _frame_row(given) if kind.__module__.split(".")[0] in ("pandas", "polars") else None


def outcome_of(result: Any) -> dict[str, Any]:
    """What a function's result says of its prediction, by the names that `log` knows.

    A mapping or object with a field named `score`, `prediction` or `probabilities` is read by its names. A class
    (text, whole number or boolean) is the prediction; a fraction is an output, which the monitor reads as
    score or value by its task.

    Raises
    ------
    InputError
        If the result says nothing of this.

    Examples
    --------
    >>> outcome_of(0.8), outcome_of("late"), outcome_of({"score": 0.8, "text": "likely late"})
    ({'output': 0.8}, {'prediction': 'late'}, {'score': 0.8})
    """
    if hasattr(result, "item") and getattr(result, "size", 0) == 1:
        result = result.item()
    if isinstance(result, str | bool | int):
        return {"prediction": result}
    if isinstance(result, float):
        return {"output": result}
    found = {name: value for name, value in (fields_of(result) or {}).items() if name in NAMED}
    if not found.keys() & {"score", "prediction", "probabilities"}:
        raise InputError(f"{_told(result)} does not say what was predicted: give result= a function that does")
    return found


def _frame_row(row: Any) -> dict[str, Any] | None:
    """The values of a pandas row, or of a frame of one row."""
    shape: tuple[int, ...] = getattr(row, "shape", ())
    if len(shape) == 1 and hasattr(row, "to_dict"):
        return dict(row.to_dict())
    if len(shape) != 2 or shape[0] != 1:
        return None
    return dict(row.row(0, named=True)) if hasattr(row, "row") else dict(row.iloc[0].to_dict())


def _told(value: object) -> str:
    shape = getattr(value, "shape", None)
    return f"a {type(value).__name__}{'' if shape is None else f' of shape {shape}'}"
