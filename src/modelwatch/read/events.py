"""What happened to the models of a project, the latest first: events that were posted, and versions first seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelwatch.domain.event import Event
from modelwatch.domain.names import ModelKey
from modelwatch.store import events
from modelwatch.store.metadata import Transaction


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of one model; `address` is its link where that leads to the web, else it is only text."""

    key: ModelKey
    event: Event

    @property
    def address(self) -> str:
        """The link, if a browser may follow it."""
        return self.event.link if self.event.link.startswith(("https://", "http://")) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """Events, about as many as asked for; `older` is before which instant there are more.

    `models` and `kinds` are those that any event has.
    """

    happened: Sequence[Happened]
    older: int | None
    models: Sequence[ModelKey]
    kinds: Sequence[str]


def diary(
    tx: Transaction, project: str, *, before: int, model: str | None = None, kind: str | None = None, most: int
) -> Diary:
    """The last events of a project before an instant, of one model or kind if named.

    Parameters
    ----------
    model
        A model's name, in whatever environment.
    """
    everything = [Happened(key, event) for key, event in events.everywhere(tx, project, 0, 2**62)]
    found = [
        each
        for each in everything
        if each.event.at < before and model in (None, each.key.model) and kind in (None, each.event.kind)
    ]
    # A page ends between two instants: what came at once, such as one deployment of many models, stays together.
    last = found[most - 1].event.at if len(found) > most else 0
    shown = [each for place, each in enumerate(found) if place < most or each.event.at == last]
    return Diary(
        happened=shown,
        older=last if len(found) > len(shown) else None,
        models=sorted({each.key for each in everything}),
        kinds=sorted({each.event.kind for each in everything}),
    )
