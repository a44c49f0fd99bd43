"""The story of rows that no longer have the shape the model was promised.

Told when rows are refused for what they hold; this is never drift.
"""

from __future__ import annotations

from collections.abc import Mapping

from modelwatch.domain.instants import format_instant
from modelwatch.domain.quantity import percent
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.story import Matter, Story
from modelwatch.judge.triage.wording import LISTED, count, named

# what is wrong with a field, by kind of fault
_FAULTS: Mapping[str, str] = {
    "type": "is of another type",
    "missing": "has no value",
    "value": "has impossible values",
    "probability": "is not a probability",
}


def tell(matter: Matter) -> Story:
    """Tell how many rows were refused, for which fields and why, and what was deployed about then."""
    lead = matter.lead
    faults = _faults(matter)
    since = matter.date(lead.since.end)
    fields = tuple(dict.fromkeys(name for _, name in faults))
    return matter.told(
        _title(matter, faults),
        [_counts(matter, faults), evidence.others(matter), evidence.rows(matter), evidence.quality(matter)],
        first_action=(
            f"Look at the refused rows with `{command(matter, fields)}`, and compare what the sender "
            f"changed as of {since} with `modelwatch show {matter.model}`"
        ),
        impact={"rows_refused": sum(faults.values())} if faults else {},
        columns=fields,
    )


def command(matter: Matter, fields: tuple[str, ...] = ()) -> str:
    """The command that shows the rows refused since the window told of began, of one field if there is only one."""
    start = format_instant(matter.context.window.start)
    of = f" --field {fields[0]}" if len(fields) == 1 else ""
    return f"modelwatch quarantine {matter.model} --since {start}{of}"


def _faults(matter: Matter) -> dict[tuple[str, str], int]:
    """Rows refused for what they hold by kind of fault and field, the most first."""
    found = {fault: rows for fault, rows in matter.context.refused.items() if fault[0] in _FAULTS}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _title(matter: Matter, faults: Mapping[tuple[str, str], int]) -> str:
    lead, refused, came = matter.lead, sum(faults.values()), _came(matter)
    if not faults:
        return f"{lead.title} at {evidence.reading(lead)} {matter.when()}"
    kinds = dict.fromkeys(kind for kind, _ in faults)
    why = "; ".join(
        f"{named([name for of, name in faults if of == kind], 'fields')} {_FAULTS[kind]}" for kind in list(kinds)[:2]
    )
    if refused >= came:
        return f"{count(refused, 'row')} came {matter.when()} and all were refused: {why}"
    return f"{refused:,} of {count(came, 'row')} ({percent(refused / came)}) were refused {matter.when()}: {why}"


def _counts(matter: Matter, faults: Mapping[tuple[str, str], int]) -> str:
    """The fields at fault, each with the part of the rows that came."""
    came = max(_came(matter), sum(faults.values()))
    parts = [
        f"{name} {_FAULTS[kind]} in {count(rows, 'row')} ({percent(rows / came)})"
        for (kind, name), rows in list(faults.items())[:LISTED]
    ]
    more = len(faults) - LISTED
    return f"Refused: {'; '.join(parts)}{f'; and {more} more' if more > 0 else ''}" if parts else ""


def _came(matter: Matter) -> int:
    """Rows that came in the window, refused ones included."""
    seen = matter.context.find(matter.lead.verdict.series.metric)
    return seen.n if seen else 0
