"""Errors as problem details: every deliberate one has its status, all others are 500 and say nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import msgspec
import pytest

import modelwatch.domain.errors as ours
from modelwatch.domain.errors import (
    DeliveryError,
    DiskFull,
    DurabilityError,
    HomeError,
    InputError,
    Malformed,
    ModelwatchError,
    NotComputable,
    Overloaded,
    SpecError,
    TooLarge,
    UnknownEncoding,
    UnknownName,
)
from modelwatch.serve.auth import NotAllowed, NotSignedIn
from modelwatch.serve.problems import problem, told

STATUSES: dict[type[ModelwatchError], int] = {
    ModelwatchError: 422,
    NotComputable: 422,
    SpecError: 422,
    InputError: 422,
    Malformed: 400,
    TooLarge: 413,
    UnknownEncoding: 415,
    UnknownName: 404,
    HomeError: 503,
    DurabilityError: 503,
    DiskFull: 507,
    DeliveryError: 502,
    Overloaded: 429,
    NotSignedIn: 401,
    NotAllowed: 403,
}


def kinds(kind: type[ModelwatchError] = ModelwatchError) -> Iterator[type[ModelwatchError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from kinds(each)


def test_every_error_of_ours_has_a_status() -> None:
    mine = {kind for kind in kinds() if kind.__module__ in (ours.__name__, NotAllowed.__module__)}
    assert mine == set(STATUSES)


@pytest.mark.parametrize("kind", STATUSES)
def test_an_error_is_told_with_its_reason(kind: type[ModelwatchError]) -> None:
    error = Overloaded("too much", seconds=7) if kind is Overloaded else kind("too much")
    answer = told(error)
    body = msgspec.json.decode(answer.body)
    assert (answer.status_code, answer.media_type) == (STATUSES[kind], "application/problem+json")
    assert (body["status"], body["detail"]) == (STATUSES[kind], "too much")
    assert body["type"] == f"urn:modelwatch:problem:{body['title'].replace(' ', '-')}"


def test_who_should_come_again_is_told_when() -> None:
    assert told(Overloaded("", seconds=7)).headers["retry-after"] == "7"
    assert told(DiskFull()).headers["retry-after"] == "5"
    assert told(DurabilityError()).headers["retry-after"] == "5"
    assert told(NotSignedIn()).headers["www-authenticate"] == "Bearer"


def test_what_nobody_expected_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="modelwatch.serve"):
        answer = told(KeyError("the secret"))
    assert answer.status_code == 500
    assert b"secret" not in answer.body
    assert "the secret" in caplog.text


def test_a_title_is_a_kind_and_not_the_instance() -> None:
    first, second = (msgspec.json.decode(problem(422, "input refused", detail).body) for detail in ("a", "b"))
    assert first["type"] == second["type"]
