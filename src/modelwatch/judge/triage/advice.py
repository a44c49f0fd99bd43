"""What to do first where several incidents of one model are open: one order of work, and no two that contradict.

`cases` asks for each open incident; the stories give what its kind alone would advise.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelwatch.domain.incident import Incident, Kind
from modelwatch.judge.triage.wording import named

_DATA = (Kind.DATA_FAULT, Kind.FEED, Kind.SCHEMA)
"""What must be mended before anything that is measured on the rows can be believed."""
_MODEL = (Kind.PERFORMANCE, Kind.CALIBRATION, Kind.DRIFT, Kind.SPIKE, Kind.UNKNOWN)


def advised(kind: Kind, own: str, others: Sequence[Incident]) -> str:
    """The first action of an incident in the light of the model's other open incidents.

    Parameters
    ----------
    kind
        The incident's.
    own
        What its story advises, were it alone.
    others
        Open incidents of the same model: those of broken data count for all others, a loss of performance for
        drift and calibration, drift for calibration.
    """
    if kind not in _MODEL:
        return own
    data = [each for each in others if each.kind in _DATA]
    if data:
        return f"Mend the data first ({_listed(data)}); then look again: {_continued(own)}"
    if kind in (Kind.DRIFT, Kind.CALIBRATION):
        lost = [each for each in others if each.kind is Kind.PERFORMANCE]
        if lost:
            last = "; recalibrate the scores after that" if kind is Kind.CALIBRATION else ""
            return f"Performance is down as well: do first what its incident says ({_listed(lost)}){last}"
    if kind is Kind.CALIBRATION:
        drifts = [each for each in others if each.kind is Kind.DRIFT]
        if drifts:
            return f"Check the drift upstream first ({_listed(drifts)}); if it is real, {_continued(own)}"
    return own


def _listed(incidents: Sequence[Incident]) -> str:
    places = (
        f"incident {each.id}: {named(each.cause.columns) or str(each.kind).replace('_', ' ')}" for each in incidents
    )
    return "; ".join(places)


def _continued(action: str) -> str:
    return action[:1].lower() + action[1:]
