"""Which column of a data frame plays which part, and what the model predicts, from names and contents.

`infer` uses it for the specification that it proposes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from modelwatch.domain import columns as names
from modelwatch.domain.columns import Task
from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.spec.faults import did_you_mean, one_of
from modelwatch.spec.kinds import MOST_CODES, Facts, Storage

# No feature may bear these names: such a column plays the role whatever it holds.
_OWN = {
    "id": names.PREDICTION_ID,
    "timestamp": names.TIMESTAMP,
    "version": names.MODEL_VERSION,
    "label": names.LABEL,
}
# Usual names of each role, nothing but letters and digits, the likelier first.
_USUAL = {
    "id": "predictionid id requestid inferenceid eventid uuid rowid",
    "timestamp": "timestamp ts eventtime eventtimestamp predictiontime requesttime createdat datetime time",
    "version": "modelversion version",
    "latency_ms": "latencyms latencymilliseconds responsetimems durationms",
    "error": "error errormessage exception",
    "score": "score probability proba prob yscore yprob yproba ypredproba predictedprobability",
    "prediction": "prediction predicted ypred yhat pred predictedlabel predictedclass predictedvalue output",
    "label": "label target ytrue y actual truth groundtruth outcome class",
}
_POSITIVE = (
    "1",
    "true",
    "yes",
    "y",
    "t",
    "positive",
    "pos",
    "bad",
    "fraud",
    "late",
    "default",
    "churn",
    "spam",
)
MOST_LEVELS = 50
_LIKE_AN_ID = re.compile(r"((^|[^a-z])(id|uuid|guid|key|hash)|[a-z]I[dD])$")
_MOST_CLASSES = 20
_WORDS = (Storage.TEXT, Storage.WORD)

Class = bool | int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The parts that were found: columns by role, the task with the reason for it, the positive class."""

    columns: Mapping[str, str]
    task: Task
    reason: str
    positive: Class = 1


def find_roles(
    facts: Mapping[str, Facts], *, named: Mapping[str, str] | None = None, task: Task | None = None
) -> Found:
    """Give every role the likeliest column.

    Parameters
    ----------
    facts
        What is known of the columns, by name.
    named
        Columns that somebody gave a role, by role.
    task
        What the model predicts, if somebody said it.

    Raises
    ------
    UnknownName
        If a named column does not exist.
    InputError
        If it cannot play its part.

    Examples
    --------
    >>> found = find_roles({"y": Facts(name="y", storage=Storage.FRACTION, rows=9),
    ...                     "y_hat": Facts(name="y_hat", storage=Storage.FRACTION, rows=9)})
    >>> found.task.value, found.columns
    ('regression', {'prediction': 'y_hat', 'label': 'y'})
    """
    named = dict(named or {})
    for name in named.values():
        if name not in facts:
            raise UnknownName(f"there is no column {name!r}: there are {one_of(facts)}{did_you_mean(name, facts)}")
    own = {role: name for role, name in _OWN.items() if name in facts and name not in named.values()}
    columns = own | named
    for role, usual in _USUAL.items():
        free = {name: each for name, each in facts.items() if name not in columns.values()}
        column = columns.get(role) or _likeliest(role, usual.split(), free)
        if column is not None:
            columns[role] = column
    times = [name for name, each in facts.items() if each.storage is Storage.TIME]
    if "timestamp" not in columns and len(times) == 1 and times[0] not in columns.values():
        columns["timestamp"] = times[0]
    if "id" not in columns:
        left = (each for name, each in facts.items() if name not in columns.values())
        telling = [each.name for each in left if each.unique and names_rows(each) and not _is_foreign(each)]
        if telling:
            columns["id"] = telling[0]
    task, reason = _task(columns, facts) if task is None else (task, "as was said")
    _settle_output(columns, task, facts)
    if task is Task.MULTICLASS:
        task, reason = Task.NONE, f"{reason}: multiclass is not available yet, so only input and output are watched"
    for role, name in named.items():
        if name not in columns.values():
            raise InputError(f"{name!r} cannot be the {role} where the task is {task}: it holds {facts[name].storage}")
    if task is not Task.NONE and not {"score", "prediction"} & columns.keys():
        task, reason = Task.NONE, "no column holds the model's output"
    return Found(columns=columns, task=task, reason=reason, positive=_positive(columns, facts))


def is_usual(role: str, column: str) -> bool:
    """Whether a column bears one of the usual names of a role."""
    return re.sub("[^a-z0-9]", "", column.lower()) in _USUAL[role].split()


def names_rows(facts: Facts) -> bool:
    """Whether a column tells rows apart: by its name with many values, or because all values are different."""
    if facts.storage not in (Storage.TEXT, Storage.WHOLE):
        return False
    if _LIKE_AN_ID.search(facts.name) and (facts.unique or (facts.distinct or 0) > MOST_LEVELS):
        return True
    if facts.storage is Storage.TEXT:
        return facts.unique and facts.present > MOST_LEVELS and not facts.spaced
    return _numbers_rows(facts)


def _is_foreign(facts: Facts) -> bool:
    """Whether whole numbers only look like somebody's id: a customer comes again, a row's number does not."""
    return facts.storage is Storage.WHOLE and not _numbers_rows(facts)


def _numbers_rows(facts: Facts) -> bool:
    """Whether whole numbers count the rows."""
    numbered = facts.low is not None and facts.high is not None and facts.high - facts.low + 1 == facts.rows
    return facts.storage is Storage.WHOLE and facts.unique and facts.present > MOST_LEVELS and numbered


def _likeliest(role: str, usual: list[str], facts: Mapping[str, Facts]) -> str | None:
    by_letters = {re.sub("[^a-z0-9]", "", name.lower()): name for name in reversed(list(facts))}
    fitting = (by_letters[word] for word in usual if word in by_letters)
    return next((name for name in fitting if _fits(role, facts[name])), None)


def _fits(role: str, facts: Facts) -> bool:
    """Whether what the column holds can play the role."""
    match role:
        case "id":
            return facts.unique and facts.storage in (Storage.TEXT, Storage.WHOLE)
        case "timestamp":
            return facts.storage is Storage.TIME
        case "version":
            return facts.storage in (*_WORDS, Storage.WHOLE) and not facts.unique
        case "latency_ms":
            return facts.numeric
        case "error":
            return facts.storage in (*_WORDS, Storage.TRUTH)
        case "score":
            return is_share(facts)
        case _:
            return facts.storage not in (Storage.NOTHING, Storage.OTHER, Storage.TIME)


def is_share(facts: Facts) -> bool:
    """Whether the column holds numbers from 0 to 1."""
    low, high = facts.low, facts.high
    return facts.numeric and low is not None and high is not None and 0 <= low <= high <= 1


def _task(columns: Mapping[str, str], facts: Mapping[str, Facts]) -> tuple[Task, str]:
    """What the truth looks like, else the prediction, else what a score means."""
    for role in ("label", "prediction"):
        if role not in columns:
            continue
        name, each = columns[role], facts[columns[role]]
        held = f"{name} holds"
        if each.storage is Storage.TRUTH or each.distinct == 2:
            return Task.BINARY, f"{held} {' and '.join(str(value) for value in _tidy(each.values))}"
        if each.storage in _WORDS and (each.distinct or 0) > 2:
            return Task.MULTICLASS, f"{held} {each.distinct} different texts"
        if each.storage is Storage.WHOLE and 2 < (each.distinct or 0) <= _MOST_CLASSES and _repeats(each):
            return Task.MULTICLASS, f"{held} {each.distinct} different whole numbers, taken for classes"
        if (
            each.numeric
            and (each.distinct is None or each.distinct > 2)
            and not (role == "prediction" and is_share(each))
        ):
            return Task.REGRESSION, f"{held} numbers"
    if "score" in columns or ("prediction" in columns and is_share(facts[columns["prediction"]])):
        return Task.BINARY, "a score from 0 to 1 and no truth that says otherwise"
    return Task.NONE, "no column holds the model's output"


def _repeats(facts: Facts) -> bool:
    return facts.present >= MOST_CODES * (facts.distinct or 0)


def _settle_output(columns: dict[str, str], task: Task, facts: Mapping[str, Facts]) -> None:
    """Swap score and prediction where the name misleads for this task, or drop what it has no use for."""
    score, prediction = columns.get("score"), columns.get("prediction")
    if score is not None and task is not Task.BINARY:
        del columns["score"]
        if task is Task.REGRESSION and prediction is None:
            columns["prediction"] = score
    elif score is None and prediction is not None and task is Task.BINARY and _is_score(facts[prediction]):
        columns["score"] = columns.pop("prediction")
    for role in ("score", "prediction"):
        if role in columns and not output_fits(role, facts[columns[role]], task):
            del columns[role]


def _is_score(facts: Facts) -> bool:
    return facts.storage is Storage.FRACTION and is_share(facts)


def output_storage(role: str, task: Task) -> tuple[Storage, ...]:
    """What the column of a task's score or prediction may hold: numbers, or classes."""
    if role == names.SCORE or task is Task.REGRESSION:
        return (Storage.WHOLE, Storage.FRACTION)
    classes = (Storage.WHOLE, Storage.TRUTH, *_WORDS)
    return (*classes, Storage.FRACTION) if task is Task.NONE else classes


def output_fits(role: str, facts: Facts, task: Task) -> bool:
    """Whether a column may be the task's score or prediction; classes may be floats as far as types tell."""
    by_type_only = facts.rows is None and facts.numeric
    return facts.storage in output_storage(role, task) or by_type_only


def _positive(columns: Mapping[str, str], facts: Mapping[str, Facts]) -> Class:
    """The class that means yes: 1, true or a word for it, else the last in order."""
    for role in ("label", "prediction"):
        values = _tidy(facts[columns[role]].values) if role in columns else []
        if len(values) == 2:
            known = (value for word in _POSITIVE for value in values if str(value).lower() == word)
            return next(known, values[-1])
    return 1


def _tidy(values: tuple[Class, ...]) -> list[Class]:
    """Whole numbers that are stored as floats, as whole numbers."""
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]
