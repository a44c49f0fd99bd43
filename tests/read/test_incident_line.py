"""An incident in one line."""

from __future__ import annotations

from typing import Any

from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.read.incident_line import IncidentLine, line_of
from modelwatch.show.status import State
from modelwatch.store import glance


def test_the_line_says_what_how_bad_and_since_when(desk: Any) -> None:
    key = ModelKey("churn")
    desk.incident(
        desk.model("churn"), 7, "No row for 3 h by 2013-10-22T03:00:00Z", firing=(desk.verdict("silence_seconds"),)
    )
    with desk.state.reading() as tx:
        [found] = glance.since(tx, "default", 0)
    assert line_of(found, key) == IncidentLine(
        id=7, key=key, state=State.NODATA, finding="No row for 3 h", since=desk.now - 2 * DAY, resolved=None
    )
