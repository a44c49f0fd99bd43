"""The list of everything that is wrong with one specification, so that it can be told at once.

Reading, checking and fitting to the reference all add to it; `parse` raises it as a single `SpecError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from modelwatch.domain.errors import SpecError

Path = tuple[str | int, ...]


class Positioned(Protocol):
    """Something that stands in the file; line 0 means that it came from Python, not from text."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: where it stands, at which key, what was found and what is allowed."""

    line: int
    column: int
    path: Path
    message: str

    def tell(self, source: str) -> str:
        """The fault as one line of text."""
        where = f"{source} line {self.line}, column {self.column}" if self.line else source
        key = spell(self.path)
        return f"{where}: {key}: {self.message}" if key else f"{where}: {self.message}"


class Faults:
    """The faults of one specification, in the order of the file once they are told.

    Examples
    --------
    >>> faults = Faults("monitor.yaml")
    >>> faults.under(("task",))
    False
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: list[Fault] = []

    def add(self, at: Positioned, path: Path, message: str) -> None:
        """Note a fault at a place in the file."""
        self._found.append(Fault(at.line, at.column, path, message))

    def at(self, path: Path) -> bool:
        """Whether something is wrong at exactly this path."""
        return any(fault.path == path for fault in self._found)

    def under(self, *paths: Path) -> bool:
        """Whether something is wrong at one of the paths or below: what depends on it is then not judged."""
        return any(fault.path[: len(path)] == path for fault in self._found for path in paths)

    def raise_any(self) -> None:
        """Raise one error that tells every fault, if there is any.

        Raises
        ------
        SpecError
            If a fault was noted.
        """
        if not self._found:
            return
        lines = [fault.tell(self._source) for fault in sorted(set(self._found), key=_in_file_order)]
        if len(lines) == 1:
            raise SpecError(lines[0])
        raise SpecError("\n".join([f"{self._source} is refused, {len(lines)} errors:", *lines]))


def _in_file_order(fault: Fault) -> tuple[int, int, str, str]:
    return fault.line, fault.column, spell(fault.path), fault.message


def spell(path: Path) -> str:
    """A path as people write it.

    Examples
    --------
    >>> spell(("rules", 2, "metric"))
    'rules[2].metric'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def one_of(allowed: Iterable[str]) -> str:
    """The allowed words as text."""
    return ", ".join(allowed) or "none"


def did_you_mean(found: str, allowed: Iterable[str]) -> str:
    """End of a message that names the closest allowed word, empty if none is close.

    Examples
    --------
    >>> did_you_mean("ROC-AUC", ["accuracy", "roc_auc"])
    "; did you mean 'roc_auc'?"
    """
    close = closest(found, allowed)
    return f"; did you mean {close!r}?" if close else ""


def closest(found: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that looks most like the one found, if any does."""
    plain = {_plain(word): str(word) for word in allowed}
    matches = difflib.get_close_matches(_plain(found), plain, n=1, cutoff=0.6)
    return plain[matches[0]] if matches else None


def _plain(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")
