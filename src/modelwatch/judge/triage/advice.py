"""What to do first where several incidents of one model are open: one order of work, and no two that contradict.

`cases` asks for each open incident; the stories give what its kind alone would advise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelwatch.domain.columns import LABEL, PREDICTION
from modelwatch.domain.incident import Incident, Kind
from modelwatch.domain.rule import Verdict
from modelwatch.judge.triage.wording import named

_DATA = (Kind.DATA_FAULT, Kind.FEED, Kind.SCHEMA)
"""What must be mended before anything that is measured on the rows can be believed."""
_MODEL = (Kind.PERFORMANCE, Kind.CALIBRATION, Kind.DRIFT, Kind.SPIKE, Kind.UNKNOWN)
_OWN = (Kind.DRIFT, Kind.SPIKE)
"""What is measured of single columns, which a fault of another column does not touch."""
MUCH = 0.5  # of the windows that a value speaks of, from which a fault in them may have made it


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another open incident of the model: the ends of the windows still remembered in which each column fired.

    What fired of the model as a whole stands under an empty name.
    """

    incident: Incident
    fired: Mapping[str, frozenset[int]]


def advised(
    kind: Kind,
    own: str,
    others: Sequence[Other],
    *,
    firing: Sequence[Verdict] = (),
) -> str:
    """The first action of an incident in the light of the model's other open incidents.

    Parameters
    ----------
    kind
        The incident's.
    own
        What its story advises, were it alone.
    others
        Open incidents of the same model. Of those, broken data count for all others where they may have made what
        fires: in the same column and in windows it speaks of, or, for what is measured of the model, in a feature
        (or in the rows as a whole) in half of these windows. A loss of performance counts for drift and calibration;
        drift, for calibration that fires in the same window.
    firing
        The incident's verdicts in the newest window in which it fired.
    """
    if kind not in _MODEL:
        return own
    data = [(each.incident, _blamed(kind, each, firing)) for each in others if each.incident.kind in _DATA]
    told = [_told(incident, columns) for incident, columns in data if columns]
    if told:
        return f"Mend the data first ({'; '.join(told)}); then look again: {_continued(own)}"
    if kind in (Kind.DRIFT, Kind.CALIBRATION):
        lost = [f"incident {each.incident.id}" for each in others if each.incident.kind is Kind.PERFORMANCE]
        if lost:
            last = "; recalibrate the scores after that" if kind is Kind.CALIBRATION else ""
            return f"Performance is down as well: do first what its incident says ({'; '.join(lost)}){last}"
    if kind is Kind.CALIBRATION:
        drifts = [(each.incident, _drifting(each, firing)) for each in others if each.incident.kind is Kind.DRIFT]
        told = [_told(incident, columns) for incident, columns in drifts if columns]
        if told:
            return f"Check the drift upstream first ({'; '.join(told)}); if it is real, {_continued(own)}"
    return own


def _blamed(kind: Kind, other: Other, firing: Sequence[Verdict]) -> tuple[str, ...]:
    """The columns of broken data that may have made what fires; an empty name for the rows as a whole."""
    return tuple(
        column for column in other.fired if any(_made(kind, column, other.fired[column], each) for each in firing)
    )


def _made(kind: Kind, column: str, ends: frozenset[int], verdict: Verdict) -> bool:
    series, window = verdict.series, verdict.window
    # half a window of room, as days are of 23 to 25 hours
    begin = window.end - series.span * window.length + window.length // 2
    faulty = sum(begin < end <= window.end for end in ends)
    if kind in _OWN and series.column == column:
        return faulty > 0
    if kind in _OWN and column and series.column not in ("", PREDICTION):
        return False
    return column not in (PREDICTION, LABEL) and faulty >= MUCH * series.span


def _drifting(other: Other, firing: Sequence[Verdict]) -> tuple[str, ...]:
    """The inputs that drift in a window in which something else fires."""
    now = {verdict.window.end for verdict in firing}
    return tuple(column for column, ends in other.fired.items() if column not in ("", PREDICTION) and ends & now)


def _told(incident: Incident, columns: Sequence[str]) -> str:
    places = named([column for column in columns if column]) or str(incident.kind).replace("_", " ")
    return f"incident {incident.id}: {places}"


def _continued(action: str) -> str:
    return action[:1].lower() + action[1:]
