"""What a verb did, in words: specifications applied, rows read, windows run, the demo.

The answers of the writing verbs; each function takes the same JSON that `--json` prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelwatch.show.incidents import short_lines
from modelwatch.show.table import Heading, table_lines
from modelwatch.show.words import count, instant


def applied_lines(applied: Mapping[str, Any]) -> Iterator[str]:
    """A specification that was applied."""
    what = f"version {applied['version']}" + ("" if applied["changed"] else ", unchanged")
    reference = count(applied["rows"], "row") + " of reference" if applied["rows"] else "no reference"
    yield f"{applied['model']}: {what}, {count(len(applied['columns']), 'column')}, {reference}"
    kinds: Counter[str] = Counter(applied["columns"].values())
    if kinds:
        yield "  watches " + ", ".join(f"{many} {kind}" for kind, many in kinds.most_common())
    yield from (f"  {note}" for note in applied["notes"])


def receipt_lines(receipt: Mapping[str, Any]) -> Iterator[str]:
    """What became of rows that were read."""
    parts = [f"{receipt['accepted']:,} accepted", f"{receipt['duplicates']:,} duplicates"]
    if receipt["waiting"]:
        parts.append(f"{receipt['waiting']:,} waiting for their prediction")
    parts.append(f"{receipt['quarantined']:,} quarantined")
    yield f"{receipt['model']}: {', '.join(parts)}"
    for cause in receipt["causes"]:
        first = cause["first"]
        yield f"  {count(cause['rows'], 'row')}: {first['field']}, as in row {first['row']:,}: {first['reason']}"
    yield from (f"  warning: {warning}" for warning in receipt["warnings"])


def ran_lines(ran: Mapping[str, Any]) -> Iterator[str]:
    """What a run did."""
    yield (
        f"{count(ran['rows'], 'new row')}, {count(ran['windows'], 'window')} closed, "
        f"{count(ran['measurements'], 'measurement')}"
    )
    yield (
        f"{count(ran['opened'], 'incident')} opened, {ran['resolved']:,} resolved, "
        f"{count(ran['notifications'], 'notification')} sent"
    )
    yield f"the home's clock stands at {instant(ran['clock'])}"
    yield from ran["notes"]


def model_lines(models: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The models of a home."""
    if not models:
        return iter(["no models yet: write a specification with init, then apply it"])
    headings = [Heading("model"), Heading("env"), Heading("project")]
    return table_lines(headings, ([each["model"], each["env"], each["project"]] for each in models))


def demo_lines(demo: Mapping[str, Any]) -> Iterator[str]:
    """The demo's summary: what went in, what was found, where to look next."""
    yield (
        f"{demo['model']}: {demo['rows']:,} predictions and {demo['labels']:,} labels of 2013 in "
        f"{count(demo['windows'], 'window')}, {count(demo['measurements'], 'measurement')}, "
        f"{demo['seconds']:.0f} s"
    )
    incidents = demo["incidents"]
    critical = count(demo["notifications_critical"], "notification")
    yield f"{count(len(incidents), 'incident')}, {critical} at critical"
    yield ""
    yield from short_lines(incidents)
    yield ""
    yield "Where to look next:"
    yield from (f"  {command}" for command in demo["next"])
    yield f"Notifications as they were sent: {demo['log']}"
