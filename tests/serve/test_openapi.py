"""The description: complete, valid, and kept to by every answer to whatever is sent."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import integers, one_of
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modelwatch.app import Home
from modelwatch.domain.scope import Scope
from modelwatch.serve import build
from modelwatch.serve.openapi import description
from modelwatch.serve.routes.table import ENDPOINTS
from modelwatch.serve.schemas import SCHEMAS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 25
PLACES = [(method, path) for path, methods in description()["paths"].items() for method in methods]
KNOWN: dict[str, list[Any]] = {
    "model": ["loans", "fresh", "nobody"],
    "column": ["income", "branch/city", "none"],
    "id": [1, 2, 99],
}


def test_every_route_but_the_local_one_is_described() -> None:
    paths = description()["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    described = [each for each in ENDPOINTS if each.scope is not Scope.LOCAL and not each.page]
    served = {(each.method, each.path.replace(":path", "")) for each in described}
    assert told == served


def test_every_operation_has_a_name_of_its_own_and_all_its_parameters() -> None:
    operations = [(path, one) for path, methods in description()["paths"].items() for one in methods.values()]
    names = [one["operationId"] for _, one in operations]
    assert len({*names}) == len(names)
    for path, one in operations:
        placed = [each["name"] for each in one["parameters"] if each["in"] == "path"]
        assert placed == re.findall(r"\{(\w+)\}", path)
        assert all(each.get("description") for each in one["parameters"] if each["in"] == "query")


def test_every_schema_that_is_named_is_there_and_used() -> None:
    named = {*re.findall(r"#/components/schemas/(\w+)", str(description()))}
    assert named == set(SCHEMAS)


@pytest.fixture(scope="module")
def served(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description as a home with windows and incidents serves it."""
    copy = tmp_path_factory.mktemp("described") / "home"
    shutil.copytree(made / "home", copy)
    with Home.open(copy, write=True) as home:
        app = build(home)

        async def answering(scope: Any, receive: Any, send: Any) -> None:
            # Schemathesis starts and stops the application anew for every call.
            if scope["type"] == "lifespan":
                for phase in ("startup", "shutdown"):
                    await receive()
                    await send({"type": f"lifespan.{phase}.complete"})
            else:
                await app(scope, receive, send)

        yield schemathesis.openapi.from_asgi("/openapi.json", answering, headers={"Host": "localhost"})
        app.state.live.stop()


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_whatever_is_sent_is_answered_as_described(served: Any, place: tuple[str, str]) -> None:
    method, path = place
    operation = served[path][method]
    modes = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    # A route to which nothing wrong can be said has no cases of the second kind.
    kinds = modes if operation.query or operation.path_parameters or operation.body else modes[:1]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(case=one_of(*(operation.as_strategy(generation_mode=mode) for mode in kinds)), number=integers(0, 5))
    def ask(case: Any, number: int) -> None:
        for name in case.path_parameters or {}:
            # Half of the calls go to what is there, so that not all end in 404.
            if number < len(KNOWN[name]):
                case.path_parameters[name] = KNOWN[name][number]
        case.call_and_validate(headers={"Host": "localhost"}, checks=CHECKS)

    ask()
