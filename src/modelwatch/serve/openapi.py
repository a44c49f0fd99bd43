"""The description of the interface as OpenAPI 3.1, made from the same endpoints that answer."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from typing import Any

from modelwatch.domain.names import NAME_LENGTH, NAME_PATTERN
from modelwatch.domain.scope import Scope
from modelwatch.serve.endpoint import Endpoint
from modelwatch.serve.problems import MEDIA_TYPE
from modelwatch.serve.schemas import SCHEMAS, ref

_PROBLEMS = {
    "400": "the body is not what its type says: no JSON, damaged, cut short",
    "401": "no key, or one that does not hold",
    "403": "the key lacks the scope",
    "404": "there is no such thing in the caller's project",
    "413": "more bytes or rows than are taken at once",
    "415": "a type or encoding that cannot be read",
    "422": "the body is understood but cannot be split into rows, or a value is not allowed",
    "429": "too much at once: try again after Retry-After seconds",
    "503": "the disk failed or the home is not usable",
    "507": "the disk is full",
}


@cache
def description() -> dict[str, Any]:
    """The whole document."""
    from modelwatch.serve.routes.table import ENDPOINTS  # the routes serve this document, so they import this file

    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        if endpoint.scope is not Scope.LOCAL and not endpoint.page:
            paths.setdefault(endpoint.path.replace(":path}", "}"), {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "modelwatch",
            "version": version("modelwatch"),
            "description": "Logs predictions and labels of deployed models and tells what went wrong.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "an API key, mw_..."}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _name(endpoint),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {
            str(endpoint.status): {
                "description": endpoint.summary,
                "content": {endpoint.media_type: {"schema": endpoint.answer}},
            },
            **{
                status: {"description": told, "content": {MEDIA_TYPE: {"schema": ref("Problem")}}}
                for status, told in _PROBLEMS.items()
            },
        },
    }
    if endpoint.scope is not None:
        operation["security"] = [{"key": []}, {}]
        operation["description"] = f"Needs the scope {endpoint.scope.value}."
    if endpoint.body:
        operation["requestBody"] = {
            "required": True,
            "content": {media_type: {"schema": schema} for media_type, schema in endpoint.body.items()},
        }
    return operation


def _name(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-z]+", endpoint.path.removeprefix("/v1").replace(":path}", "}"))
    return "_".join([endpoint.method.lower(), *words])


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    schemas = {
        "model": {"type": "string", "pattern": f"^{NAME_PATTERN}$", "maxLength": NAME_LENGTH},
        "id": {"type": "integer", "minimum": 1},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": schemas.get(name, {"type": "string"})}
        for name in re.findall(r"\{(\w+)", endpoint.path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "in": "query",
            "required": each.required,
            "description": each.summary,
            "schema": each.schema,
        }
        for each in endpoint.parameters
    ]
