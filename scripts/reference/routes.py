"""The table of routes in the page on HTTP, from the description that the server gives; the page's prose is by hand."""

from __future__ import annotations

import re
from typing import Any

from modelwatch.serve.openapi import description
from reference.markdown import code, table

BEGIN = "<!-- Routes, made by `make docs` from the code. -->"
END = "<!-- End of the routes. -->"
_BETWEEN = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
# Fields that several routes share, told once in the prose.
_SHARED = ("env", "limit", "cursor")


def with_routes(text: str) -> str:
    """The page with its table of routes made anew.

    Raises
    ------
    ValueError
        If the page does not say where the table belongs.
    """
    if not _BETWEEN.search(text):
        raise ValueError(f"the page on HTTP has no place for its routes: put {BEGIN} and {END} on lines of their own")
    rows = [
        _row(method, path, operation)
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]
    lines = table(("route", "scope", "does", "query"), rows)
    return _BETWEEN.sub(lambda _: "\n".join(lines) + "\n", text)


def _row(method: str, path: str, operation: dict[str, Any]) -> tuple[str, str, str, str]:
    scope = operation.get("description", "").removeprefix("Needs the scope ").removesuffix(".")
    query = [each["name"] for each in operation["parameters"] if each["in"] == "query" and each["name"] not in _SHARED]
    return code(f"{method.upper()} {path}"), scope or "-", operation["summary"], ", ".join(map(code, query))
