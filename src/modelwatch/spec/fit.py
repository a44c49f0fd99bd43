"""Fits the parts that columns play to the columns that the reference has.

`Monitor.resolve` uses it; what does not fit is noted where the specification says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from modelwatch.domain import columns as names
from modelwatch.domain.columns import ColumnKind, Task, class_text
from modelwatch.spec.faults import did_you_mean, one_of
from modelwatch.spec.kinds import DECLARABLE, Facts, kind_of
from modelwatch.spec.nodes import Spot
from modelwatch.spec.parts import RESERVED, Roles
from modelwatch.spec.roles import output_fits, output_storage
from modelwatch.spec.uses import reserved

_MOST_CLASSES = 20


def fit_roles(
    roles: Roles, listed: Mapping[str, ColumnKind], task: Task, facts: Mapping[str, Facts], spot: Spot
) -> Roles:
    """Take score and prediction by their usual names, and note those that the reference lacks.

    The reference may lack id, timestamp, version, label, latency and error; of score and prediction it needs
    one, unless the task is `none`.
    """
    taken = {*listed, *roles.by_role().values()}
    score = roles.score or _usual(names.SCORE, taken, task, facts)
    prediction = roles.prediction or _usual(names.PREDICTION, taken, task, facts)
    for role, column in (("score", score), ("prediction", prediction)):
        if column is not None and column not in facts:
            spot.below(role).refuse(_absent(column, facts))
        elif column is not None and not output_fits(role, facts[column], task):
            allowed = f"a column of {one_of(output_storage(role, task))}"
            spot.below(role).refuse(f"found {column!r}, which holds {facts[column].storage}; allowed: {allowed}")
    if task is not Task.NONE and score is None and prediction is None:
        spot.refuse(
            "found neither score nor prediction, and the reference has no columns of these names; "
            f"allowed: one of its columns {one_of(facts)}, or task: {Task.NONE}"
        )
    return replace(roles, score=score, prediction=prediction)


def _usual(name: str, taken: set[str], task: Task, facts: Mapping[str, Facts]) -> str | None:
    """The column of a role's own name, if it is there, free, and holds what the role needs."""
    free = name in facts and name not in taken
    return name if free and output_fits(name, facts[name], task) else None


def fit_classes(roles: Roles, classes: Mapping[str, Sequence[str]], spot: Spot) -> Roles:
    """Note a positive class that the reference does not have, and take the other classes from its labels."""
    positive = class_text(roles.positive)
    for role, found in classes.items():
        alone = len(found) == 1 and _is_number(found[0]) == _is_number(positive)
        if found and positive not in found and not alone:
            listed = one_of(found[:_MOST_CLASSES])
            message = f"found {positive!r}, which the reference's {role} never is; allowed: one of {listed}"
            spot.below("positive").refuse(message)
            return roles
    if roles.negative:
        return roles
    rests = ([each for each in found if each != positive] for found in classes.values())
    others = next((rest for rest in rests if rest), list[str]())
    twin = {"1": "0", "0": "1"}.get(positive)
    if twin is not None and (twin in others or not others):
        others = [twin]
    if len(others) > _MOST_CLASSES:
        message = f"found {len(others) + 1} classes where the task is binary; allowed: two, or all others in negative"
        spot.below("positive").refuse(message)
    return replace(roles, negative=tuple(int(each) if _is_number(each) else each for each in others))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) is not None


def auto_features(
    roles: Roles, segments: tuple[str, ...], facts: Mapping[str, Facts], spot: Spot
) -> dict[str, ColumnKind]:
    """Every column of the reference that plays no other part, with its kind."""
    taken = set(roles.by_role().values())
    features: dict[str, ColumnKind] = {}
    for name, column in facts.items():
        if name in taken:
            continue
        kind, reason = kind_of(column, segment=name in segments)
        if name in RESERVED:
            spot.refuse(f"{reserved(name)}, or the features one by one")
        elif kind is None:
            spot.refuse(
                f"found {name!r} in the reference, which {reason} and cannot be watched; "
                "allowed: the features one by one, without it"
            )
        else:
            features[name] = kind
    return features


def check_features(features: Mapping[str, ColumnKind], facts: Mapping[str, Facts], spot: Spot) -> None:
    """Note listed features that the reference lacks or holds as something else."""
    for name, kind in features.items():
        if name not in facts:
            spot.below(name).refuse(_absent(name, facts))
            continue
        storage = facts[name].storage
        if kind not in DECLARABLE[storage]:
            allowed = one_of(DECLARABLE[storage]) if DECLARABLE[storage] else "another column"
            spot.below(name).refuse(f"found {kind} for a column that holds {storage}; allowed: {allowed}")


def check_segments(segments: Iterable[str], facts: Mapping[str, Facts], spot: Spot) -> None:
    """Note segments that the reference lacks."""
    for number, name in enumerate(segments):
        if name not in facts:
            spot.below(number).refuse(_absent(name, facts))


def _absent(name: str, facts: Mapping[str, Facts]) -> str:
    hint = did_you_mean(name, facts)
    return f"found {name!r}, which the reference does not have; allowed: its columns {one_of(facts)}{hint}"
