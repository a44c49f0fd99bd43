"""Every key of the monitor specification, declared once: shape, meaning, default, what is not built yet.

`parse` reads with this table, `schema` turns it into JSON Schema, and the error texts name what it allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelwatch.catalog import Catalog
from modelwatch.domain.calendar import LONGEST
from modelwatch.domain.columns import Task
from modelwatch.domain.instants import DAY, LONGEST_DURATION, MINUTE, SECOND
from modelwatch.spec.column_keys import COLUMN, COLUMNS
from modelwatch.spec.containers import ListOf, MapOf, Pair
from modelwatch.spec.nodes import Scalar
from modelwatch.spec.rule_keys import LINK, LONGEST_SPAN, rule_keys
from modelwatch.spec.scalars import Choice, Name, NotAllowed, Number, One, Text, Whole, words
from modelwatch.spec.shapes import Key, Object, Shape
from modelwatch.spec.times import Duration, Instant, Zone

DEFAULT_CHANNEL = "log"
DEFAULT_PACK = "default"
NO_PACK = "none"
_DECLARED = "another once it is declared in channels.yaml in the home folder"
_TASKS_LATER = (Task.MULTICLASS, Task.RANKING, Task.LLM)


@dataclass(frozen=True, slots=True)
class _FullRate(One):
    """The only sampling rate there is for now."""

    def value(self, scalar: Scalar) -> float:
        rate = Number(0, 1).value(scalar)
        if rate != 1:
            raise NotAllowed(later=True)
        return rate

    def allowed(self) -> str:
        return "1.0"

    def schema(self) -> dict[str, Any]:
        return {"const": 1.0}


OWNER = Object(
    {
        "team": Key(shape=Text("the name of a team"), help="Who looks after the model."),
        "runbook": Key(shape=LINK, help="What to do when an incident opens."),
    }
)

_TRUTH = {
    "expected": Key(shape=Duration(SECOND, 3650 * DAY), default="24h", help="When most labels have come."),
    "horizon": Key(shape=Duration(SECOND, 3650 * DAY), default="90d", help="Until when labels are accepted."),
    "minimum": Key(
        shape=Whole(1, 1_000_000_000), default=100, help="Labels without which performance is not computed."
    ),
}
_RANGE = Object(
    {
        "column": Key(shape=COLUMN, required=True, help="A numeric feature."),
        "between": Key(
            shape=Pair(Number(nothing=True)),
            required=True,
            help="Lowest and highest good value, null for none.",
        ),
    }
)
_KEPT = Duration(DAY, LONGEST_DURATION)

_GENERAL = {
    "model": Key(shape=Name(), required=True, help="The model's name."),
    "env": Key(shape=Name(), default="prod", help="Where the model runs."),
    "task": Key(
        shape=words(*(task for task in Task if task not in _TASKS_LATER), later=_TASKS_LATER),
        required=True,
        help="What the model predicts; none: only its input and output are watched.",
    ),
    "timezone": Key(shape=Zone(), default="UTC", help="Whose midnight the days start at."),
    "owner": Key(
        shape=Object(
            {
                "team": Key(shape=Text("the name of a team"), help="Who looks after the model."),
                "runbook": Key(shape=LINK, help="What to do when an incident opens."),
            }
        ),
        default={},
        help="Who looks after the model.",
    ),
    "columns": Key(shape=COLUMNS, default={}, help="Which column plays which part."),
    "outcomes": Key(
        shape=MapOf(Object(_TRUTH, later=("absent",)), "keys and values, the key being the outcome's name"),
        help="The truth, by name.",
    ),
    "labels": Key(shape=Object(_TRUTH), default={}, help="Short for one outcome named label."),
    "reference": Key(
        shape=Object(
            {
                "path": Key(shape=Text("the path of a file"), help="A file, relative to the specification's."),
                "window": Key(shape=Pair(Instant()), help="From when until when predictions are normal."),
            },
            later=("rolling", "gap", "season"),
        ),
        default={},
        help="What is normal.",
    ),
    "windows": Key(
        shape=Object(
            {
                "size": Key(shape=Duration(MINUTE, LONGEST), default="1d", help="Length of a window."),
                "lateness": Key(
                    shape=Duration(SECOND, LONGEST, zero=True),
                    help="How long after its end a window closes. Left out: 1 h for windows of a day or longer, "
                    "a 24th of a shorter window, nothing below 10 minutes.",
                ),
                "spans": Key(
                    shape=ListOf(Whole(1, LONGEST_SPAN), "whole numbers", at_least=1),
                    default=[1, 7, 28],
                    help="Numbers of trailing windows that drift and performance are measured on.",
                ),
            },
            later=("rows",),
        ),
        default={},
        help="How event time is cut.",
    ),
    "sampling": Key(
        shape=Object({"rate": Key(shape=_FullRate(), default=1.0, help="Share of rows that is kept.")}),
        default={},
        help="Which rows are kept.",
    ),
    "quality": Key(
        shape=Object(
            {
                "fresh": Key(
                    shape=Duration(SECOND, LONGEST_DURATION),
                    help="The longest silence to expect. Left out: the longest gap in the reference.",
                ),
                "rules": Key(shape=ListOf(_RANGE, "ranges"), default=[], help="Declared ranges of columns."),
            },
            later=("suite",),
        ),
        default={},
        help="What good data looks like.",
    ),
    "pack": Key(shape=words(DEFAULT_PACK, NO_PACK), default=DEFAULT_PACK, help="The rules that come with the task."),
    "retention": Key(
        shape=Object(
            {
                "rows": Key(shape=_KEPT, default="90d", help="How long rows are kept."),
                "hourly": Key(shape=_KEPT, default="30d", help="How long base profiles are kept."),
                "daily": Key(shape=_KEPT, default="3y", help="How long daily profiles are kept."),
            }
        ),
        default={},
        help="How long what is kept.",
    ),
}


def monitor_keys(catalog: Catalog, *, any_channel: bool = False) -> Object:
    """All keys, with the metrics that the catalogue holds, and its channels unless any will do."""
    channels = sorted(catalog.channels.names())
    judgement = {
        "rules": Key(
            shape=ListOf(rule_keys(sorted(catalog.metrics.names())), "rules"),
            default=[],
            help="Added to the pack; one with the same metric, columns and window replaces the pack's.",
        ),
        "routes": Key(
            shape=ListOf(_route(Name() if any_channel else Choice(channels, otherwise=_DECLARED)), "routes"),
            default=[{"to": [name]} for name in channels if name == DEFAULT_CHANNEL],
            help="Where notifications go.",
        ),
    }
    return Object(
        {**_GENERAL, **judgement},
        later=("proxies", "business", "costs", "golden", "slos", "actions"),
    )


def _route(channel: Shape) -> Object:
    severity = Key(shape=words("warning", "critical"), help="Only this severity.")
    to = ListOf(channel, "channels", at_least=1, lone=True)
    return Object(
        {
            "match": Key(shape=Object({"severity": severity}), default={}, help="Left out: every message."),
            "to": Key(shape=to, required=True, help="The channels."),
        },
        later=("hours",),
    )
