"""Kinds of arguments that several verbs share: a model, an instant, a slice, files, and `--json`.

Each says in its message what was found and what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.domain.slices import Slice

Verb = TypeVar("Verb", bound=Callable[..., Any])


class ModelName(click.ParamType[ModelKey]):
    """A model: its name, or `model/env`, or `project/model/env`."""

    name = "model"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ModelKey:
        parts = str(value).split("/")
        try:
            match parts:
                case [model]:
                    return ModelKey(model)
                case [model, env]:
                    return ModelKey(model, env)
                case [project, model, env]:
                    return ModelKey(model, env, project)
                case _:
                    self.fail(f"{value!r} is no model: write model, model/env or project/model/env", param, ctx)
        except InputError as error:
            self.fail(str(error), param, ctx)


class Instant(click.ParamType[int]):
    """A time as microseconds since 1970."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return parse_instant(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


class IncidentNumber(click.ParamType[int]):
    """The number of an incident, with or without the `#` with which it is printed."""

    name = "incident"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).removeprefix("#")
        if not text.isdecimal() or int(text) < 1:
            self.fail(f"{value!r} is no incident: give its number, which `modelwatch incidents` prints", param, ctx)
        return int(text)


class SlicePair(click.ParamType[tuple[str, str]]):
    """One `column=value` of a slice."""

    name = "column=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        column, separator, wanted = str(value).partition("=")
        if not column or not separator:
            self.fail(f"{value!r} is no slice: write column=value, as in origin=EWR", param, ctx)
        return column, wanted


MODEL = ModelName()
INSTANT = Instant()
INCIDENT = IncidentNumber()
FILE = click.Path(path_type=Path)


def slice_of(pairs: tuple[tuple[str, str], ...]) -> Slice | None:
    """The slice of all pairs given, None for none."""
    return Slice.of(dict(pairs)) if pairs else None


def json_flag(verb: Verb) -> Verb:
    """Give a verb the option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(verb)
