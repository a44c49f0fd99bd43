"""The JSON Schemas of what is sent and answered, as OpenAPI tells them.

Written once here; the endpoints refer to them by name.
"""

from __future__ import annotations

from typing import Any

from modelwatch.serve.endpoint import Schema


def ref(name: str) -> Schema:
    """A schema by its name in `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(item: Schema) -> Schema:
    """A list of what `item` describes."""
    return {"type": "array", "items": item}


def _object(properties: dict[str, Schema], required: list[str] | None = None, **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": required or [], **more}


_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
_TIME: Schema = {"type": "string", "format": "date-time"}
_MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_MOMENT: Schema = {
    "description": "RFC 3339, or seconds, milliseconds or microseconds since 1970",
    "anyOf": [{"type": "string"}, {"type": "number"}],
}
_ID: Schema = {"anyOf": [{"type": "string"}, {"type": "integer"}]}

SCHEMAS: dict[str, Schema] = {
    "Prediction": _object(
        {
            "prediction_id": _ID,
            "timestamp": _MOMENT,
            "model_version": _TEXT,
            "features": {"type": "object", "additionalProperties": True},
            "input": {"type": "array", "description": "features in the order of the specification"},
            "score": _MAYBE_NUMBER,
            "probabilities": {"description": "by class, or of the negative and the positive class"},
            "prediction": {"description": "a class or a value"},
            "output": {"description": "what a model said, kept as it is"},
            "latency_ms": _MAYBE_NUMBER,
            "error": {"description": "true, a number other than 0 or a message if it failed"},
            "metadata": {"type": "object", "additionalProperties": True},
        },
        additionalProperties=True,
    ),
    "Label": _object(
        {"prediction_id": _ID, "label": {"description": "the truth"}, "timestamp": _MOMENT, "outcome": _TEXT},
        ["prediction_id", "label"],
        additionalProperties=True,
    ),
    "Columns": {
        "type": "object",
        "description": "columns by name, every one a list of the same length; those of features may stand inside it",
        "additionalProperties": True,
    },
    "Fault": _object({"row": _COUNT, "field": _TEXT, "reason": _TEXT}, ["row", "field", "reason"]),
    "Receipt": _object(
        {
            "accepted": _COUNT,
            "duplicates": _COUNT,
            "quarantined": _COUNT,
            "waiting": {**_COUNT, "description": "labels whose prediction has not come yet, among the accepted"},
            "faults": list_of(ref("Fault")),
            "ids": {**list_of(_TEXT), "description": "of predictions that came without, in the order of the rows"},
        },
        ["accepted", "duplicates", "quarantined"],
    ),
    "PostedEvent": _object(
        {
            "kind": {**_TEXT, "description": "deployment, schema, incident, holiday or any other word"},
            "at": _MOMENT,
            "until": {"anyOf": [_MOMENT, {"type": "null"}]},
            "note": _TEXT,
            "link": _TEXT,
        },
        ["kind", "at"],
        additionalProperties=False,
    ),
    "Event": _object(
        {"kind": _TEXT, "at": _TIME, "until": _MAYBE_TIME, "note": _TEXT, "link": _TEXT},
        ["kind", "at", "until", "note", "link"],
        additionalProperties=False,
    ),
    "Model": _object(
        {
            "model": _TEXT,
            "env": _TEXT,
            "project": _TEXT,
            "state": {"type": "string", "enum": ["watched", "pending"]},
            "status": {"type": "string", "enum": ["ok", "warning", "critical"]},
            "incidents_open": _COUNT,
            "specification": _TEXT,
        },
        ["model", "env", "project", "state"],
    ),
    "Window": _object({"start": _TIME, "end": _TIME}, ["start", "end"]),
    "Measurement": _object(
        {
            "metric": _TEXT,
            "column": {"type": ["string", "null"]},
            "slice": {"type": "object", "additionalProperties": True},
            "version": {"type": ["string", "null"]},
            "window": ref("Window"),
            "span": _COUNT,
            "value": _MAYBE_NUMBER,
            "n": _COUNT,
            "interval": {"anyOf": [list_of(_NUMBER), {"type": "null"}]},
            "noise_floor": _MAYBE_NUMBER,
            "status": {"type": "string", "enum": ["ok", "warning", "critical", "no_data", "not_computed"]},
            "reason": {"type": ["string", "null"]},
            "revision": _COUNT,
        },
        ["metric", "column", "slice", "version", "window", "span", "value", "n", "status"],
        additionalProperties=True,
    ),
    "Distribution": _object(
        {
            "column": _TEXT,
            "kind": _TEXT,
            "window": ref("Window"),
            "bins": list_of({"type": "object", "additionalProperties": True}),
            "current": {"type": "object", "additionalProperties": True},
            "reference": {"anyOf": [{"type": "object", "additionalProperties": True}, {"type": "null"}]},
        },
        ["column", "kind", "window"],
        additionalProperties=True,
    ),
    "Incident": _object(
        {
            "id": _COUNT,
            "model": _TEXT,
            "state": {"type": "string", "enum": ["open", "acknowledged", "resolved"]},
            "severity": {"type": "string", "enum": ["ok", "warning", "critical", "no_data"]},
            "title": _TEXT,
            "opened": _TIME,
            "resolved": _MAYBE_TIME,
            "window": ref("Window"),
            "verdicts": list_of({"type": "object", "additionalProperties": True}),
            "cause": {"type": "object", "additionalProperties": True},
            "notified": list_of({"type": "object", "additionalProperties": True}),
        },
        ["id", "model", "state", "severity", "title", "opened"],
        additionalProperties=True,
    ),
    "Response": _object(
        {
            "who": {"type": ["string", "null"], "description": "the name of the key if left out"},
            "text": _TEXT,
            "until": {**_MAYBE_TIME, "description": "end of a silence; only silence needs it"},
        },
        additionalProperties=False,
    ),
    "Problem": _object(
        {"type": _TEXT, "title": _TEXT, "status": _COUNT, "detail": _TEXT}, ["type", "title", "status", "detail"]
    ),
}
