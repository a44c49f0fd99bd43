"""The story of inputs or outputs that no longer look like the reference.

Told when distances hold past level and noise floor; drift explains, so the story says what it did to the
model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, linear_regression

from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.metric import Family
from modelwatch.domain.quantity import percent
from modelwatch.judge.triage import evidence
from modelwatch.judge.triage.slices import by_slice, contrast
from modelwatch.judge.triage.story import Finding, Matter, Story
from modelwatch.judge.triage.wording import amount, count, named

_ENOUGH = 8  # windows from which the way a distance grew can be told


def tell(matter: Matter) -> Story:
    """Tell which columns drift and how far, in one step or slowly, and whether the model suffers."""
    lead = matter.lead
    found = matter.columns or evidence.drifting(matter)[0]
    features = [column for column in found if column != PREDICTION]
    return matter.told(
        _title(matter, lead),
        [
            _way(matter, lead),
            _part(matter),
            evidence.spread(matter),
            evidence.together(matter),
            evidence.others(matter),
            evidence.quality(matter),
            evidence.rows(matter),
            evidence.performance(matter),
            contrast(matter, lead),
        ],
        slices=by_slice(matter, lead),
        impact=evidence.effect(matter),
        first_action=_action(matter, features),
    )


def _title(matter: Matter, lead: Finding) -> str:
    columns = [finding.column for finding in matter.alike() if finding.column]
    when = matter.when(lead.verdict.series.span)
    if not columns:
        return f"{lead.title} at {evidence.reading(lead)} {when}"
    name = lead.verdict.series.metric
    if lead.metric is None or lead.metric.family is not Family.DRIFT:  # held against something else than the reference
        return f"{lead.title} by {evidence.reading(lead)} {when}"
    verb, of = ("drifts", "") if len(columns) == 1 else ("drift", f" of {lead.column}")
    return f"{named(columns)} {verb} from the reference {when}: {name}{of} {evidence.reading(lead)}"


def _way(matter: Matter, lead: Finding) -> str:
    """In one step or gradually: a step speaks for a change in the pipeline, a slope for the world.

    Read from single windows, for a long span makes a slope of every step. Whichever of two levels and a
    straight line leaves less of the variance is told, if it leaves less than half.
    """
    series = replace(lead.verdict.series, span=1)
    now = matter.context.find(series.metric, series.column, version=series.version)
    path = list(matter.context.history(series))
    if now is not None and now.value is not None:
        path.append(now.value)
    if len(path) < _ENOUGH:
        return ""
    whole, stepped, sloped = _scatter(path), _two_levels(path), _line(path)
    if min(stepped, sloped) > whole / 2 or whole == 0:
        return ""
    date = matter.date(matter.context.window.end)
    way = "in one step" if stepped < sloped else "gradually"
    first, last = (amount(each, lead.metric, series.metric) for each in (path[0], path[-1]))
    ends = f"from {first} to {last} in {len(path)} windows up to {date}, each read alone"
    return f"{lead.title}{f' of {lead.column}' if lead.column else ''} moved {way} {ends}"


def _scatter(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def _two_levels(path: Sequence[float]) -> float:
    return min(_scatter(path[:cut]) + _scatter(path[cut:]) for cut in range(1, len(path)))


def _line(path: Sequence[float]) -> float:
    slope, intercept = linear_regression(range(len(path)), path)
    return sum((value - intercept - slope * x) ** 2 for x, value in enumerate(path))


def _part(matter: Matter) -> str:
    """How many of the features judged on the worst finding's span are in drift there, and which."""
    series = matter.lead.verdict.series
    seen = matter.context.find(evidence.SHARE, span=series.span, version=series.version)
    if seen is None or not seen.value:
        return ""
    columns, drifted = evidence.counted(matter, seen), round(seen.value * seen.n)
    which = f": {named(columns)}" if len(columns) == drifted else ""
    part = f"{drifted} of {count(seen.n, 'judged feature')} ({percent(seen.value)})"
    left = len(matter.context.features) - seen.n
    rest = f" ({left} more {'follows' if left == 1 else 'follow'} the calendar or cannot be judged)" if left > 0 else ""
    return f"{part} in {evidence.JUDGED} drift {matter.when(series.span)}{which}{rest}"


def _action(matter: Matter, features: list[str]) -> str:
    if not features:
        return "Compare the model's output by version and by slice with the reference; retrain nothing yet"
    model = evidence.main_metric(matter)
    if model is not None and model.status.firing:
        return f"Performance is down as well: retrain on rows that hold the new {named(features)}"
    link = ", which may be what moves the prediction" if matter.lead.column == PREDICTION else ""
    return f"Do not retrain yet: check {named(features)} upstream for a changed unit, source or season{link}"
