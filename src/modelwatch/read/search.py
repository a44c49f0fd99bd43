"""Search over a project: models, columns and incidents that have all of some words, the best match first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL, PREDICTION
from modelwatch.domain.names import ModelKey
from modelwatch.read.incident_line import IncidentLine, line_of
from modelwatch.show.status import State, state_of, worst_of
from modelwatch.spec import Monitor, parse_kept
from modelwatch.store import glance, models, monitors
from modelwatch.store.metadata import Transaction


@dataclass(frozen=True, slots=True)
class ModelHit:
    """A model that was found."""

    key: ModelKey
    state: State
    owner: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class ColumnHit:
    """A column of a model that was found; `kind` is empty of the model's output and of the truth."""

    key: ModelKey
    column: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, each kind cut after so many; how many there are besides of models and columns."""

    models: Sequence[ModelHit] = ()
    columns: Sequence[ColumnHit] = ()
    incidents: Sequence[IncidentLine] = ()
    more_models: int = 0
    more_columns: int = 0


Hit = TypeVar("Hit")
NEVER = 2**62


def search(tx: Transaction, catalog: Catalog, project: str, text: str, *, most: int) -> Found:
    """Models, columns and incidents of a project, at most so many of each.

    Parameters
    ----------
    text
        Words, all of which must be found: in a model's name, environment, owner or task; in a column's name, or some
        in its model's; in an incident's title, or as its number.
    """
    words = text.lower().split()
    if not words:
        return Found()
    mine = {number: key for key, number in models.known(tx).items() if key.project == project}
    texts = {number: text for number, text in monitors.texts(tx).items() if number in mine}
    specs = {number: parse_kept(text, catalog=catalog, project=project) for number, text in texts.items()}
    hits = _best(_models(mine, specs, _states(tx, mine, project), words), words)
    columns = _best(_columns(specs, words), words)
    lines = [line_of(each, mine[each.model_id]) for each in glance.matching(tx, project, words, limit=8 * most)]
    lines = [each for each in lines if _has_all(f"#{each.id} {each.finding}", words)]
    return Found(
        models=hits[:most],
        columns=columns[:most],
        incidents=lines[:most],
        more_models=max(len(hits) - most, 0),
        more_columns=max(len(columns) - most, 0),
    )


def _states(tx: Transaction, mine: dict[int, ModelKey], project: str) -> dict[int, State]:
    found: dict[int, list[State]] = {number: [] for number in mine}
    for each in glance.since(tx, project, NEVER):
        found[each.model_id].append(state_of(each.severity, each.firing))
    return {number: worst_of(states) for number, states in found.items()}


def _models(
    mine: dict[int, ModelKey], specs: dict[int, Monitor], states: dict[int, State], words: Sequence[str]
) -> Iterable[tuple[str, ModelHit]]:
    for number, key in mine.items():
        spec = specs.get(number)
        owner, task = ("", "") if spec is None else (spec.team or "", str(spec.task))
        if _has_all(f"{key.model} {key.env} {owner} {task}", words):
            yield key.model, ModelHit(key, State.PENDING if spec is None else states[number], owner, task)


def _columns(specs: dict[int, Monitor], words: Sequence[str]) -> Iterable[tuple[str, ColumnHit]]:
    for spec in specs.values():
        kinds = {PREDICTION: "", LABEL: "", **{name: str(kind) for name, kind in spec.features.items()}}
        for name, kind in kinds.items():
            if any(word in name.lower() for word in words) and _has_all(f"{name} {spec.key.model}", words):
                yield name, ColumnHit(spec.key, name, kind)


def _has_all(text: str, words: Sequence[str]) -> bool:
    low = text.lower()
    return all(word in low for word in words)


def _best(hits: Iterable[tuple[str, Hit]], words: Sequence[str]) -> list[Hit]:
    """The hits whose name is what was asked for first, then those that begin with it, then the others, by name."""

    def rank(hit: tuple[str, Hit]) -> tuple[int, str]:
        name = hit[0].lower()
        return 0 if name == words[0] else 1 if name.startswith(words[0]) else 2, name

    return [hit for _, hit in sorted(hits, key=rank)]
