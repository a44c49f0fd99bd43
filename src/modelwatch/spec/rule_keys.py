"""The keys of one rule under `rules`, declared once.

A part of the table in `keys`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.domain.calendar import LONGEST
from modelwatch.domain.instants import LONGEST_DURATION, MINUTE, SECOND
from modelwatch.domain.rule import Comparison
from modelwatch.spec.column_keys import COLUMN
from modelwatch.spec.containers import Either, ListOf, MapOf
from modelwatch.spec.nodes import Scalar
from modelwatch.spec.scalars import Choice, Flag, NotAllowed, Number, One, Text, Whole, words
from modelwatch.spec.shapes import Key, Object
from modelwatch.spec.times import Duration
from modelwatch.spec.vocabulary import ALIASES, designed

LONGEST_SPAN = 366
EVERY_SLICE = "every"
LINK = Text("an address that starts with https:// or http://", pattern=r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a condition must hold: a number of windows, or a duration in microseconds."""

    windows: int | None = None
    duration: int | None = None


@dataclass(frozen=True, slots=True)
class _Held(One):
    windows: Whole
    length: Duration

    def value(self, scalar: Scalar) -> Hold:
        try:
            return Hold(windows=self.windows.value(scalar))
        except NotAllowed:
            return Hold(duration=self.length.value(scalar))

    def allowed(self) -> str:
        return f"{self.windows.allowed()} (windows), or {self.length.allowed()}"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.windows.schema(), self.length.schema()]}


LEVELS = Object(
    {
        "warning": Key(shape=Number(), help="Level of a warning."),
        "critical": Key(shape=Number(), help="Level of an alarm."),
    }
)

CONDITIONS = {
    Comparison.ABOVE: "Levels above which the value is bad.",
    Comparison.BELOW: "Levels below which the value is bad.",
    Comparison.ABOVE_REFERENCE_BY: "How far above the mean of the reference's blocks is bad.",
    Comparison.BELOW_REFERENCE_BY: "How far below the mean of the reference's blocks is bad.",
    Comparison.ABOVE_REFERENCE_BY_PERCENT: "The same in percent of that mean.",
    Comparison.BELOW_REFERENCE_BY_PERCENT: "The same in percent of that mean.",
    Comparison.OFF_REFERENCE_BY: "How far to either side of the mean of the reference's blocks is bad.",
    Comparison.BLOCKS: "Standard deviations of the reference's blocks, to either side.",
    Comparison.MULTIPLE: "Multiples of the interval in which rows are expected (freshness, silence).",
}


def rule_keys(metrics: Sequence[str]) -> Object:
    """The keys of a rule on one of the given metrics."""
    return Object(
        {
            "metric": Key(
                shape=Choice(metrics, later=designed, aliases=ALIASES),
                required=True,
                help="A metric of the catalogue.",
            ),
            "columns": Key(
                shape=ListOf(COLUMN, "columns", at_least=1, lone=True),
                help="Columns, or the words all, features, prediction, label.",
            ),
            **LEVELS.keys,
            **{str(condition): Key(shape=LEVELS, help=text) for condition, text in CONDITIONS.items()},
            "slice": Key(
                shape=Either(
                    scalar=words(EVERY_SLICE, otherwise="keys and values, each key a segment"),
                    entries=MapOf(Text("a value of the segment"), "keys and values, each key a segment", at_least=0),
                ),
                help="The rows the rule is about: {column: value}, or every slice. Left out: all rows.",
            ),
            "for": Key(
                shape=_Held(Whole(1, LONGEST_SPAN), Duration(SECOND, LONGEST_DURATION)),
                help="How many windows, or how long, the condition must hold before an incident opens.",
            ),
            "window": Key(
                shape=Duration(MINUTE, LONGEST),
                help="Length of this rule's windows. Left out: the monitor's.",
            ),
            "span": Key(
                shape=ListOf(Whole(1, LONGEST_SPAN), "whole numbers", at_least=1, lone=True),
                help="Which of the monitor's spans. Left out: those of the metric.",
            ),
            "page": Key(shape=Flag(), help="Whether somebody may be woken up: false keeps the rule at a warning."),
            "runbook": Key(shape=LINK, help="What to do when this rule fires."),
        },
        later=("adaptive", "seasonal", "sequential"),
    )
