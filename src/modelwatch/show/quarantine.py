"""Rows in quarantine as text: how many for which reason, then each with what it held.

Read from the JSON of `quarantine`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from modelwatch.show.table import Heading, table_lines
from modelwatch.show.words import count, instant

_CAUSES = (Heading("rows", right=True), Heading("table"), Heading("field"), Heading("fault"), Heading("for example"))


def quarantine_lines(quarantine: Mapping[str, Any]) -> Iterator[str]:
    """The lines: a table of the reasons, and below it each row.

    Parameters
    ----------
    quarantine
        As `Home.quarantine` gives it.
    """
    total, rows = quarantine["total"], quarantine["rows"]
    if not total:
        yield "no row was refused"
        return
    yield f"{count(total, 'row')} refused"
    yield from table_lines(_CAUSES, (_cause(each) for each in quarantine["causes"]))
    yield ""
    yield "each of them:" if len(rows) == total else f"the latest {count(len(rows), 'row')}:"
    for row in rows:
        yield from _row(row)


def _second(time: str) -> str:
    """A time without what lies behind its second."""
    return time.removesuffix("Z").partition(".")[0] + "Z"


def _cause(cause: Mapping[str, Any]) -> list[str]:
    return [f"{cause['rows']:,}", cause["table"], cause["field"], cause["kind"], cause["example"]]


def _row(row: Mapping[str, Any]) -> Iterator[str]:
    when = "without a time" if row["timestamp"] is None else f"of {instant(row['timestamp'])}"
    yield f"{row['table']}, row {row['row'] or 0:,} {when}, received {instant(_second(row['received']))}"
    yield f"  {row['field']}: {row['reason']}"
    yield f"  {json.dumps(row['original'], ensure_ascii=False)}"
