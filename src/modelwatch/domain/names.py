"""Names: what a model may be called, and the key that tells one model from all others.

Used by every stage; a path or a table row is made from a `ModelKey` and from nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelwatch.domain.errors import InputError

NAME_PATTERN = r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*"
NAME_LENGTH = 64
_NAME = re.compile(NAME_PATTERN)


def check_name(name: str, what: str = "name") -> str:
    """Return `name` if it may name a model, project or environment.

    Raises
    ------
    InputError
        If it is longer than 64 characters or has characters outside the pattern; names become folders.

    Examples
    --------
    >>> check_name("flight-delay")
    'flight-delay'
    """
    if len(name) > NAME_LENGTH or not _NAME.fullmatch(name):
        raise InputError(
            f"{what} {name!r} is not allowed: use at most {NAME_LENGTH} lower-case letters, digits, '_', '-' "
            "and single dots between them, starting with a letter or digit (for example flight-delay)"
        )
    return name


@dataclass(frozen=True, slots=True, order=True)
class ModelKey:
    """One watched model: project, model name and environment.

    Examples
    --------
    >>> str(ModelKey("flight-delay"))
    'default/flight-delay/prod'
    """

    model: str
    env: str = "prod"
    project: str = "default"

    def __post_init__(self) -> None:
        check_name(self.model, "model")
        check_name(self.env, "env")
        check_name(self.project, "project")

    def __str__(self) -> str:
        return f"{self.project}/{self.model}/{self.env}"

    @property
    def typed(self) -> str:
        """The model as short as the command line takes it.

        Examples
        --------
        >>> ModelKey("eta").typed, ModelKey("eta", "test").typed, ModelKey("eta", "prod", "ops").typed
        ('eta', 'eta/test', 'ops/eta/prod')
        """
        if self.project != "default":
            return str(self)
        return self.model if self.env == "prod" else f"{self.model}/{self.env}"
