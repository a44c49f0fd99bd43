"""The five states that pages know, each with its word and its order: always an icon and a word, never colour alone.

A model or a fleet is as bad as its worst open incident; words on top of a state are tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class State(StrEnum):
    """How something stands, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    NODATA = "nodata"
    PENDING = "pending"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Told:
    """A state as a page tells it."""

    word: str
    means: str


STATES = MappingProxyType(
    {
        State.CRITICAL: Told("Critical", "it pages someone: past the critical level, above noise floor and interval"),
        State.WARNING: Told("Warning", "past the warning level"),
        State.NODATA: Told("No data", "nothing came, or nothing could be computed"),
        State.PENDING: Told("Pending", "rows arrive, but nobody reviewed a specification, or the window is still open"),
        State.OK: Told("OK", "checked, within limits"),
    }
)
_ORDER = {state: place for place, state in enumerate(State)}


def worst_of(states: Iterable[State]) -> State:
    """The worst of some states, `ok` for none.

    Examples
    --------
    >>> worst_of([State.OK, State.WARNING]), worst_of([])
    (<State.WARNING: 'warning'>, <State.OK: 'ok'>)
    """
    return min(states, key=_ORDER.__getitem__, default=State.OK)


def order_of(state: State) -> int:
    """Its place among the states, the worst first."""
    return _ORDER[state]


def state_of(severity: str, firing: Iterable[Mapping[str, Any]]) -> State:
    """How an open incident lets its model stand, from its severity and what fires, as its JSON has them.

    A model that nothing comes from has no data, however grave the rule calls that.

    Examples
    --------
    >>> state_of("critical", [{"metric": "silence_seconds", "value": 7200.0}])
    <State.NODATA: 'nodata'>
    >>> state_of("critical", [{"metric": "missing_share", "value": 1.0}])
    <State.CRITICAL: 'critical'>
    """
    silent = any(each["metric"] in _SILENCE or (each["metric"] == "rows" and not each["value"]) for each in firing)
    return State.NODATA if silent else _SEVERITIES.get(severity, State.OK)


_SILENCE = frozenset({"silence_seconds", "freshness_seconds"})
_SEVERITIES = {"critical": State.CRITICAL, "warning": State.WARNING, "no_data": State.NODATA}
