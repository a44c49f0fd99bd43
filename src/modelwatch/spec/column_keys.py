"""The keys under `columns`, declared once: which column of the data plays which part.

A part of the table in `keys`.
"""

from __future__ import annotations

from modelwatch.domain import columns as names
from modelwatch.domain.columns import ColumnKind
from modelwatch.spec.containers import Either, ListOf, MapOf
from modelwatch.spec.scalars import Class, Number, Text, words
from modelwatch.spec.shapes import Key, Later, Object

AUTO = "auto"
COLUMN = Text("the name of a column")
_KINDS_LATER = (ColumnKind.EMBEDDING,)
_KINDS = [kind for kind in ColumnKind if kind not in _KINDS_LATER]
_KIND = words(*_KINDS, later=_KINDS_LATER)
_KINDS_BY_NAME = f"keys and values, each key a column and each value one of {', '.join(_KINDS)}"

COLUMNS = Object(
    {
        "id": Key(
            shape=COLUMN,
            help="Tells one prediction from all others of its version; a file without it is refused. Left out: "
            f"{names.PREDICTION_ID}, and ids are made up where a file lacks it.",
        ),
        "timestamp": Key(
            shape=COLUMN,
            help="When the prediction was made; a file without it is refused. Left out: "
            f"{names.TIMESTAMP}, and the time of arrival where a file lacks it.",
        ),
        "version": Key(
            shape=COLUMN, help=f"Which version of the model made it. Left out: {names.MODEL_VERSION}, if it is there."
        ),
        "score": Key(
            shape=Either(scalar=COLUMN, entries=Later("the name of one column")),
            help="Probability of the positive class. Left out: the column score, if the reference has it.",
        ),
        "prediction": Key(
            shape=COLUMN,
            help="The class or value. Left out: the column prediction, if the reference has it, else for "
            "binary models the positive class from the threshold on.",
        ),
        "label": Key(shape=COLUMN, help="The truth's column in the reference. Left out: the outcome's name."),
        "threshold": Key(
            shape=Number(0, 1), default=0.5, help="Score from which on the prediction is the positive class."
        ),
        "positive": Key(shape=Class(), default=1, help="The positive class, as label and prediction write it."),
        "negative": Key(
            shape=ListOf(Class(), "classes", at_least=1, lone=True),
            help="The other class or classes; any further one is quarantined. Left out: those of the reference's "
            "labels; without labels 0 beside 1, 1 beside 0, and any beside another.",
        ),
        "features": Key(
            shape=Either(
                scalar=words(AUTO, otherwise=_KINDS_BY_NAME), entries=MapOf(_KIND, _KINDS_BY_NAME, at_least=0)
            ),
            default=AUTO,
            help="auto: every column of the reference with no other part; or each feature with its kind.",
        ),
        "segments": Key(
            shape=ListOf(Either(scalar=COLUMN, items=Later("one column")), "columns"),
            default=[],
            help="Columns by whose values quality and performance are also measured.",
        ),
        "latency_ms": Key(shape=COLUMN, help="Milliseconds the model took. Left out: the column named latency_ms."),
        "error": Key(shape=COLUMN, help="What went wrong, empty if nothing. Left out: the column named error."),
    },
    later=(
        "protected",
        "cost",
        "weight",
        "subject",
        "trace",
        "query",
        "item",
        "position",
        "propensity",
        "variant",
    ),
)
