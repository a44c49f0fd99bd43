"""What a column is: the kind of its values and the part it plays in a prediction.

`spec` decides both once; every later stage reads them from the monitor.
"""

from __future__ import annotations

from enum import StrEnum


class ColumnKind(StrEnum):
    """How a column's values are stored and compared."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    EMBEDDING = "embedding"


class Task(StrEnum):
    """What the watched model predicts."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    RANKING = "ranking"
    LLM = "llm"
    NONE = "none"


PREDICTION_ID = "prediction_id"
TIMESTAMP = "timestamp"
MODEL_VERSION = "model_version"
SCORE = "score"
PREDICTION = "prediction"
LABEL = "label"
LATENCY_MS = "latency_ms"
ERROR = "error"
METADATA = "metadata"
DAY_PARTITION = "day"
OUTCOME = "outcome"
UNVERSIONED = "unversioned"
"""The version of rows that name none."""
LABEL_CLASS = "label_class"
CONTENT_HASH = "content_hash"


def class_text(value: str | int | float | bool) -> str:
    """The text by which a class is stored: whole numbers and booleans as digits, all else as it is written.

    Examples
    --------
    >>> class_text(1), class_text(1.0), class_text(True), class_text("late")
    ('1', '1', '1', 'late')
    """
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return str(int(value))
    return str(value)
