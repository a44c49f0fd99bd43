"""Which file tells the story of which kind of incident; a new kind is a file and a line here.

`cases` asks for a story when an incident opens or something in it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from modelwatch.domain.incident import Kind
from modelwatch.judge.triage import (
    calibration,
    data_fault,
    drift,
    feed,
    label,
    latency,
    performance,
    schema,
    spike,
    unknown,
)
from modelwatch.judge.triage.evidence import kept
from modelwatch.judge.triage.story import Matter, Story

_TELLERS: Mapping[Kind, Callable[[Matter], Story]] = MappingProxyType(
    {
        Kind.CALIBRATION: calibration.tell,
        Kind.DATA_FAULT: data_fault.tell,
        Kind.DRIFT: drift.tell,
        Kind.FEED: feed.tell,
        Kind.LABEL: label.tell,
        Kind.LATENCY: latency.tell,
        Kind.PERFORMANCE: performance.tell,
        Kind.SCHEMA: schema.tell,
        Kind.SPIKE: spike.tell,
    }
)


def tell(matter: Matter) -> Story:
    """Write the story of an incident in the way of its kind."""
    story = _TELLERS.get(matter.kind, unknown.tell)(matter)
    return replace(story, cause=replace(story.cause, evidence=story.cause.evidence + kept(matter)))
