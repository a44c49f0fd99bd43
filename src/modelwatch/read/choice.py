"""Which models of a fleet somebody wants to see, and in what order: the filters of the fleet page as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from modelwatch.domain.errors import InputError
from modelwatch.read.fleet import Standing, worst_first
from modelwatch.show.status import State

WORST = "worst"
SORTS: Mapping[str, tuple[str, Callable[[Standing], Any]]] = MappingProxyType(
    {
        WORST: ("worst first", worst_first),
        "name": ("name", lambda each: each.name),
        "newest": ("newest first", lambda each: (-(each.since or 0), worst_first(each))),
        "rows": ("most rows", lambda each: (-(each.rows or 0), each.name)),
        "unlabelled": ("labels pending", lambda each: (-(each.unlabelled or 0.0), each.name)),
        "owner": ("owner", lambda each: (not each.owner, each.owner, worst_first(each))),
    }
)
UNOWNED = "-"
"""Stands for models without an owner where an owner is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was asked for; None and "" stand for everything.

    Examples
    --------
    >>> from modelwatch.domain.names import ModelKey
    >>> Choice(q="fraud RISK").finds(Standing(key=ModelKey("card-fraud"), state=State.OK, owner="risk"))
    True
    """

    state: State | None = None
    q: str = ""
    owner: str | None = None
    task: str | None = None
    sort: str = WORST

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Choice:
        """The choice that the fields of a query make.

        Raises
        ------
        InputError
            If a field names no state or order.
        """
        state, sort = given.get("state", ""), given.get("sort", WORST)
        if state and state not in tuple(State):
            raise InputError(f"state={state!r} is no state of a model: use one of {', '.join(State)}")
        if sort not in SORTS:
            raise InputError(f"sort={sort!r} is no order of models: use one of {', '.join(SORTS)}")
        return cls(
            state=State(state) if state else None,
            q=given.get("q", "").strip(),
            owner=given.get("owner") or None,
            task=given.get("task") or None,
            sort=sort,
        )

    @property
    def fields(self) -> Mapping[str, str | None]:
        """The query that makes this choice; what is as usual is None."""
        sort = None if self.sort == WORST else self.sort
        return {"state": self.state, "q": self.q or None, "owner": self.owner, "task": self.task, "sort": sort}

    def groups(self, models: Sequence[Standing]) -> list[Standing]:
        """The models of the chosen owner and task, whatever their state."""
        owner = "" if self.owner == UNOWNED else self.owner
        return [each for each in models if owner in (None, each.owner) and self.task in (None, each.task)]

    def shown(self, models: Sequence[Standing]) -> list[Standing]:
        """The models to list, in order; those that the words leave out are among them, since words change as one types.

        `finds` says which they are.
        """
        found = [each for each in self.groups(models) if self.state in (None, each.state)]
        return found if self.sort == WORST else sorted(found, key=SORTS[self.sort][1])

    def finds(self, standing: Standing) -> bool:
        """Whether every word stands somewhere in what is told of a model."""
        text = text_of(standing)
        return all(word in text for word in self.q.lower().split())


def text_of(standing: Standing) -> str:
    """What words are looked for in."""
    return " ".join(filter(None, (standing.name, standing.owner, standing.task, standing.finding))).lower()
