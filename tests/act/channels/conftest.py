"""A message as the pipeline writes them, with every part in use."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def message() -> dict[str, Any]:
    """The beginning of a data fault."""
    return {
        "version": 1,
        "key": "default/flight-delay/prod/12/opened/critical/2013-12-31T06:00:00Z",
        "at": "2013-12-31T06:00:00Z",
        "change": "opened",
        "severity": "critical",
        "project": "default",
        "model": "flight-delay",
        "env": "prod",
        "incident": 12,
        "title": "Weather feed missing, 8 columns empty",
        "what": "New",
        "since": "2013-12-30T05:00:00Z",
        "first": "2013-12-30T05:00:00Z",
        "until": None,
        "how_bad": "missing_share of temp is 1 (limit 0.2); 7 more",
        "peak": "",
        "cause": "data_fault",
        "evidence": ["temp and dewp are missing in all 936 rows", "the other 6 columns are complete"],
        "columns": ["temp", "dewp"],
        "slices": [{"slice": {"origin": "EWR"}, "value": 1.0, "n": 312}],
        "where": ["origin EWR (1, n 312)"],
        "impact": {"rows_affected": 936},
        "effect": "rows affected 936",
        "first_action": "Ask the weather feed's owner whether it was cut off.",
        "look": "modelwatch incidents flight-delay --id 12",
        "links": {"incident": "https://watch.example.org/incidents/12", "runbook": "https://example.com/runbook"},
        "detail": {"id": 12, "verdicts": [{"value": 1.0}], "timeline": [], "cause": {"evidence": ["a"], "columns": []}},
    }
