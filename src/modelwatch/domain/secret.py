"""A secret: the text itself, or the environment variable or file that holds it, read when it is needed.

`spec` reads where it stands, channels reveal it while they send; what is printed says only where it stands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from modelwatch.domain.errors import InputError

HIDDEN = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One of three: a text, the name of an environment variable, or the path of a file.

    Examples
    --------
    >>> secret = Secret(text="hunter2")
    >>> secret
    Secret(given as text)
    >>> secret.reveal()
    'hunter2'
    """

    text: str = field(default="", repr=False)
    env: str = ""
    file: str = ""

    def reveal(self) -> str:
        """The secret itself; of a file without the white space around it.

        Raises
        ------
        InputError
            If the variable is not set, the file cannot be read, or there is nothing in it.
        """
        if self.env:
            found = os.environ.get(self.env, "")
        elif self.file:
            try:
                found = Path(self.file).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
                raise InputError(f"the secret in {self.where} cannot be read: {reason}") from None
        else:
            found = self.text
        if not found:
            raise InputError(f"the secret in {self.where} is empty or not set: set it where modelwatch runs")
        return found

    @property
    def where(self) -> str:
        """Where the secret stands, for messages."""
        if self.env:
            return f"the environment variable {self.env}"
        return f"the file {self.file}" if self.file else "the text"

    def __repr__(self) -> str:
        return f"Secret({self.where.removeprefix('the ') if self.env or self.file else 'given as text'})"


def hide(text: str, secrets: Iterable[str]) -> str:
    """A text without any of the secrets.

    Examples
    --------
    >>> hide("POST /T0/B1 failed", ["/T0/B1"])
    'POST *** failed'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, HIDDEN)
    return text
