"""Classes and truths: predicted classes as text, and labels as the number or the class that metrics read.

`canonical` and `labels` share it, so that a prediction and its truth are spelled alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from modelwatch.collect.convert import convert
from modelwatch.collect.layout import Layout
from modelwatch.collect.refusal import Converted, blank, either, nothing, refuse
from modelwatch.domain.columns import ColumnKind, Task

_WHOLE = r"^-?\d+(\.0*)?$"


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Labels as numbers (binary: 1 is the positive class) or as classes; refusals as in `Converted`."""

    label: pl.Series
    label_class: pl.Series
    refused: pl.Series | None


def class_column(column: pl.Series, layout: Layout, *, text: bool = False) -> Converted:
    """Classes as text: whole numbers without a fraction, booleans as 1 and 0.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY)
    >>> class_column(pl.Series([True, False]), layout).values.to_list()
    ['1', '0']
    """
    if column.dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    elif column.dtype == pl.Object:
        objects: list[Any] = column.to_list()
        column = pl.Series([int(each) if isinstance(each, bool) else each for each in objects], dtype=pl.Object)
    converted = convert(column, ColumnKind.CATEGORICAL)
    if text:
        # CSV spells 1 as 1.0 where a column had gaps, and booleans as words.
        values = converted.values.str.strip_chars().str.replace(r"^(-?\d+)\.0*$", "$1")
        if isinstance(layout.positive, bool):
            values = values.replace({"true": "1", "True": "1", "TRUE": "1", "false": "0", "False": "0", "FALSE": "0"})
        return Converted(values, converted.refused)
    return converted


def binary_class(column: pl.Series, layout: Layout, *, text: bool = False) -> Converted:
    """Classes of a binary model as text; a class that is none of its own is refused.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY)
    >>> binary_class(pl.Series([1, 2]), layout).refused.to_list()
    [None, "'2' is neither the positive class 1 nor the other class 0"]
    """
    classes = class_column(column, layout, text=text)
    known, others = layout.classes, ", ".join(layout.classes[1:])
    if known:
        fitting = blank(classes.values, ~classes.values.is_in(known))
        reason = (
            "{} is neither the positive class " + known[0] + f" nor the other class{'es' * (len(known) > 2)} {others}"
        )
    elif layout.positive_class.lstrip("-").isdigit():
        # Beside a class that is a number any other must be one too; 0.7 or "late" is no class here.
        fitting = blank(classes.values, ~classes.values.str.contains(_WHOLE))
        reason = "{} is no class where the positive one is " + layout.positive_class
    else:
        return classes
    return Converted(fitting, either(classes.refused, refuse(fitting, classes.values, reason).refused))


def truth(column: pl.Series, layout: Layout, *, text: bool = False) -> Truth:
    """Labels of the model's own outcome, by its task.

    Examples
    --------
    >>> layout = Layout(features={}, task=Task.BINARY, positive="late")
    >>> truth(pl.Series(["late", "on time"]), layout).label.to_list()
    [1.0, 0.0]
    """
    if layout.task is Task.REGRESSION:
        return _number(column, text=text)
    if layout.task is Task.BINARY:
        return _binary(column, layout, text=text)
    if layout.task is Task.MULTICLASS:
        classes = class_column(column, layout, text=text)
        return Truth(nothing(pl.Float64(), column.len()), classes.values, classes.refused)
    return any_value(column, layout, text=text)


def any_value(column: pl.Series, layout: Layout, *, text: bool = False) -> Truth:
    """Values of any other outcome: numbers as numbers, all else as classes."""
    numbers = convert(column, ColumnKind.NUMERIC, text=text)
    if numbers.refused is None:
        return Truth(numbers.values.fill_nan(None), nothing(pl.String(), column.len()), None)
    classes = class_column(column, layout, text=text)
    return Truth(numbers.values.fill_nan(None), blank(classes.values, numbers.values.is_not_null()), classes.refused)


def _number(column: pl.Series, *, text: bool) -> Truth:
    numbers = convert(column, ColumnKind.NUMERIC, text=text)
    finite = blank(numbers.values, numbers.values.is_infinite())
    endless = refuse(finite, numbers.values, "{} is no truth that can be compared").refused
    return Truth(finite.fill_nan(None), nothing(pl.String(), column.len()), either(numbers.refused, endless))


def _binary(column: pl.Series, layout: Layout, *, text: bool) -> Truth:
    classes = binary_class(column, layout, text=text)
    positive = classes.values == layout.positive_class
    return Truth(positive.cast(pl.Float64), nothing(pl.String(), column.len()), classes.refused)
