"""Where a source's columns go: which of them is the id, the time, the score, and what kind each feature is.

`app` makes one from a monitor, `collect` reads every file and frame by it, and the lake's columns follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from modelwatch.domain.columns import (
    CONTENT_HASH,
    DAY_PARTITION,
    ERROR,
    LABEL,
    LABEL_CLASS,
    LATENCY_MS,
    METADATA,
    MODEL_VERSION,
    OUTCOME,
    PREDICTION,
    PREDICTION_ID,
    SCORE,
    TIMESTAMP,
    ColumnKind,
    Task,
    class_text,
)
from modelwatch.domain.errors import InputError

SOURCE_ROW = "source_row"
INSTANT = pl.Datetime("us", "UTC")
# Type of every kind in the lake. Numbers are float64 always: Delta truncates .5 to 0 in an integer column.
KIND_TYPES: Mapping[ColumnKind, pl.DataType] = {
    ColumnKind.NUMERIC: pl.Float64(),
    ColumnKind.CATEGORICAL: pl.String(),
    ColumnKind.TEXT: pl.String(),
    ColumnKind.BOOLEAN: pl.Boolean(),
    ColumnKind.DATETIME: INSTANT,
    ColumnKind.EMBEDDING: pl.List(pl.Float32()),
}
RESERVED = frozenset(
    {
        PREDICTION_ID,
        TIMESTAMP,
        MODEL_VERSION,
        SCORE,
        PREDICTION,
        LABEL,
        LATENCY_MS,
        ERROR,
        METADATA,
        DAY_PARTITION,
        CONTENT_HASH,
        SOURCE_ROW,
    }
)
LABEL_TYPES: Mapping[str, pl.DataType] = {
    SOURCE_ROW: pl.Int64(),
    PREDICTION_ID: pl.String(),
    OUTCOME: pl.String(),
    TIMESTAMP: INSTANT,
    LABEL: pl.Float64(),
    LABEL_CLASS: pl.String(),
    METADATA: pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Names of the source's columns by their part in a prediction, None where there is none.

    A feature that is named like one of modelwatch's own columns (`day`, `error`, ...) is stored as
    `feature_<name>`: ask `stored`. `features` is in the order in which the columns are stored. `declared` are
    the source columns that somebody named: of the others, by usual names, no file needs to have any. `outcome`
    is the model's own.

    Examples
    --------
    >>> kinds = {"temp": ColumnKind.NUMERIC, "day": ColumnKind.CATEGORICAL}
    >>> layout = Layout(task=Task.BINARY, features=kinds)
    >>> [layout.stored(name) for name in layout.features]
    ['temp', 'feature_day']
    """

    features: Mapping[str, ColumnKind]
    task: Task
    id: str | None = None
    timestamp: str | None = None
    version: str | None = None
    score: str | None = None
    prediction: str | None = None
    label: str | None = None
    latency_ms: str | None = None
    error: str | None = None
    threshold: float = 0.5
    positive: str | int | float | bool = 1
    negative: tuple[str | int | float | bool, ...] = ()
    declared: frozenset[str] = frozenset()
    outcome: str = LABEL

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for name in self.features:
            twin = seen.setdefault(self.stored(name).lower(), name)
            if twin != name:
                # Delta names columns without regard to case.
                raise InputError(f"features {twin!r} and {name!r} cannot be told apart in the lake: rename one of them")

    def stored(self, feature: str) -> str:
        """The lake's column of a feature."""
        return f"feature_{feature}" if feature.lower() in RESERVED else feature

    @property
    def roles(self) -> dict[str, str]:
        """Every declared source column but features and label, by the canonical column it fills."""
        pairs = {
            PREDICTION_ID: self.id,
            TIMESTAMP: self.timestamp,
            MODEL_VERSION: self.version,
            SCORE: self.score,
            PREDICTION: self.prediction,
            LATENCY_MS: self.latency_ms,
            ERROR: self.error,
        }
        return {role: source for role, source in pairs.items() if source is not None}

    @property
    def positive_class(self) -> str:
        """The stored text of the positive class."""
        return class_text(self.positive)

    @property
    def classes(self) -> tuple[str, ...]:
        """The stored texts of all classes of a binary model, the positive one first; of 0 and 1 one tells the other.

        Empty where the others are not known: any other class is then not the positive one.
        """
        others = {"1": ("0",), "0": ("1",)}.get(self.positive_class, ())
        others = tuple(class_text(each) for each in self.negative) or others
        return (self.positive_class, *others) if others else ()

    @property
    def negative_class(self) -> str:
        """The stored text of a derived prediction that is not positive."""
        return {"1": "0", "0": "1"}.get(self.positive_class, f"not {self.positive_class}")

    @property
    def prediction_types(self) -> dict[str, pl.DataType]:
        """The columns of a canonical prediction with their types, in order."""
        return {
            SOURCE_ROW: pl.Int64(),
            PREDICTION_ID: pl.String(),
            TIMESTAMP: INSTANT,
            MODEL_VERSION: pl.String(),
            SCORE: pl.Float64(),
            PREDICTION: pl.Float64() if self.task is Task.REGRESSION else pl.String(),
            LATENCY_MS: pl.Float64(),
            ERROR: pl.Boolean(),
            **{self.stored(name): KIND_TYPES[kind] for name, kind in self.features.items()},
            METADATA: pl.String(),
        }
