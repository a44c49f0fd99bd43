"""One model over a stretch of time as one HTML file: the page of the model, and in full what it only links to.

The command line writes it; charts are drawn by us, so the file needs no script and no network.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from modelwatch.app import Home
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import Window, parse_instant
from modelwatch.domain.names import ModelKey
from modelwatch.domain.quantity import reading
from modelwatch.read.checks import Check, checks
from modelwatch.read.heat import drift_lines
from modelwatch.read.model import DRIFT, Asked, ModelView, Proposed, read_model
from modelwatch.serve.ui.canvas import Canvas, Told
from modelwatch.serve.ui.model_figures import banner_of, figures
from modelwatch.serve.ui.model_heat import drift_lane, slices_lane
from modelwatch.serve.ui.model_lanes import incident_lane, kind_told, latency_lane, volume_lane
from modelwatch.serve.ui.model_missing import missing_lane
from modelwatch.serve.ui.model_scores import key_lane, outcome_lane
from modelwatch.serve.ui.site import environment
from modelwatch.show import digits
from modelwatch.show.charts import Chart
from modelwatch.show.charts.draw import to_png, to_svg
from modelwatch.show.charts.ground import strip
from modelwatch.show.html import Html
from modelwatch.show.incidents import finding
from modelwatch.show.report.document import document
from modelwatch.show.status import STATES, State, state_of
from modelwatch.store import incidents
from modelwatch.store.incidents import StoredIncident

_SHEETS = ("base.css", "lanes.css", "model_report.css")
# Widths of the plot that are drawn, the style sheet shows the one that fits: wide, narrow or paper, phone.
_WIDTHS = {"wide": 1000, "medium": 560}
_SMALL, _SMALL_HEAT = 318, 190  # a heat map lies between the names of its rows and their values
_EVIDENCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An incident in full; `until` is None while it is open."""

    id: int
    state: State
    kind: str
    says: str
    since: int
    until: int | None
    evidence: Sequence[str]
    columns: Sequence[str]
    first: str
    timeline: Sequence[tuple[int, str, str]]
    messages: int


def model_report(
    home: Home, key: ModelKey, *, since: int | None = None, until: int | None = None, pictures: bool = False
) -> str:
    """The whole file.

    Parameters
    ----------
    since, until
        The stretch of time, microseconds since 1970; by default all that was kept, a year at the most.
    pictures
        Whether charts are PNGs, in the light and in the dark, in place of SVG.

    Raises
    ------
    UnknownName
        If there is no such model.
    InputError
        If it has no specification yet, no window was closed, or the stretch ends before it starts.
    """
    now = home.now()
    with home.state.reading() as tx:
        view = read_model(tx, home.catalog, key, now=now, asked=Asked(since=since, until=until))
        if isinstance(view, Proposed):
            raise InputError(f"{key.model} has no specification yet: read the one proposed, and apply it")
        if view.closed is None:
            raise InputError(f"no window of {key.model} was closed yet: modelwatch run closes those that are due")
        period = Window(view.period.start, view.period.end)
        checked = checks(tx, view.watched, period)
        found = incidents.listed(tx, model_id=view.watched.model_id, since=period.start)
    cases = [_case(each) for each in found if each.opened < period.end]
    canvas = Canvas(view)
    narrow = Canvas(replace(view, period=replace(view.period, coarse=True)))
    content = (
        environment()
        .get_template("model_report.html")
        .render(
            view=view,
            key=key,
            banner=banner_of(view),
            figures=figures(canvas, drift_lines(view.watched, view.sheet, DRIFT, view.spans[-1])),
            now=now,
            zone=canvas.axis.zone,
            latest=canvas.latest,
            drawn=_Drawn(pictures, _charts(_lanes(narrow))),
            strip=strip(canvas.ground),
            cases=sorted(cases, key=lambda case: (case.until is not None, -case.since)),
            checks=[each for each in checked if each.computed],
            blank=[each for each in checked if not each.computed],
            told=_told,
            facts=_facts(view),
            text=home.show(key),
            **_lanes(canvas),
        )
    )
    return document(f"{key.model}: {STATES[view.state].word}", Html(content), style=_style())


def _lanes(canvas: Canvas) -> dict[str, Any]:
    """What the page of the model draws, with every row of its heat maps."""
    view, metric = canvas.view, canvas.view.key_metric
    drift = drift_lines(view.watched, view.sheet, DRIFT, view.spans[-1])
    spans = [] if metric is None else [s.span for s in view.sheet.series if s.metric == metric.name and s.slice]
    missing = missing_lane(canvas)
    return {
        "score": None if metric is None else key_lane(canvas, metric),
        "outcome": outcome_lane(canvas),
        "drift": drift_lane(canvas, drift, view.spans[-1], every=True),
        "missing": missing,
        "volume": volume_lane(canvas),
        "latency": latency_lane(canvas),
        "slices": None if metric is None or not spans else slices_lane(canvas, metric, max(spans), every=True),
        "events": incident_lane(canvas),
    }


def _charts(lanes: Mapping[str, Any]) -> dict[str, Chart]:
    """The charts of all lanes, by name."""
    told = [getattr(each, "told", each) for each in lanes.values()]
    return {each.lane.chart.name: each.lane.chart for each in told if isinstance(each, Told)}


def _style() -> str:
    """The style sheets of the pages and the font with which charts were measured, in one."""
    static = files("modelwatch.serve.ui") / "static"
    font = base64.b64encode((static / "inter-latin.woff2").read_bytes()).decode()
    face = f'@font-face{{font-family:Inter;font-weight:100 900;src:url("data:font/woff2;base64,{font}")}}'
    return "\n".join([face, *((static / name).read_text("utf-8") for name in _SHEETS)])


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Charts as they stand in the file: called by the template with each; `narrow` are those for a phone, by name."""

    pictures: bool
    narrow: Mapping[str, Chart]

    def __call__(self, chart: Chart, *, heat: bool = False) -> Markup:
        if self.pictures:
            dark, light = (_png(chart, mode) for mode in ("dark", "light"))
            return Markup(
                '<picture><source media="(prefers-color-scheme: dark)" srcset="{}"><img src="{}" alt="{}"></picture>'
            ).format(dark, light, chart.says)
        small = self.narrow.get(chart.name, chart)
        drawings = [_svg(chart, name, width) for name, width in _WIDTHS.items()]
        drawings.append(_svg(small, "small", _SMALL_HEAT if heat else _SMALL))
        return Markup('<div role="img" aria-label="{}">{}</div>').format(chart.says, Markup("").join(drawings))


def _svg(chart: Chart, name: str, width: int) -> Markup:
    drawing = Markup(to_svg({**chart.spec, "width": width}, None))  # noqa: S704 (the renderer escapes what it writes)
    return Markup('<div class="drawn {}" aria-hidden="true">{}</div>').format(name, drawing)


def _png(chart: Chart, mode: Any) -> str:
    return "data:image/png;base64," + base64.b64encode(to_png(chart.spec, mode, scale=1.5)).decode()


def _case(found: StoredIncident) -> Case:
    body: Mapping[str, Any] = found.body
    cause, window = body["cause"], body["again"] or body["window"]
    return Case(
        id=found.id,
        state=state_of(found.severity, body["firing"]),
        kind=kind_told(found.kind),
        says=finding(body["title"]),
        since=parse_instant(window["start"]),
        until=found.resolved,
        evidence=cause["evidence"][:_EVIDENCE],
        columns=cause["columns"],
        first=cause["first_action"],
        timeline=[(parse_instant(each["at"]), each["who"], each["text"]) for each in body["timeline"]],
        messages=len(body["notified"]),
    )


def _told(check: Check) -> str:
    """The worst reading of a metric in words."""
    worst = check.worst
    if worst is None:
        return ""
    of = " ".join(filter(None, (worst.series.column, str(worst.series.slice) if worst.series.slice else "")))
    value = reading(worst.value, check.metric.name, check.metric.unit).replace("-", digits.MINUS)
    return f"{value} {of}".rstrip()


def _facts(view: ModelView) -> list[tuple[str, str]]:
    """What the model is held against, and how it is watched."""
    monitor, zone = view.watched.monitor, view.period.calendar.timezone
    outcome = monitor.outcome
    spans = ", ".join(digits.duration(each * monitor.calendar.size) for each in monitor.spans)
    windows = f"of {digits.duration(monitor.calendar.size)} in {zone}, closed {digits.duration(monitor.lateness)} later"
    labels = f"due within {digits.duration(outcome.expected)}, counted for {digits.duration(outcome.horizon)}"
    return [
        ("Reference", _reference(view)),
        ("Windows", f"{windows}; measured over {spans}"),
        ("Labels", f"{labels}; performance from {digits.count(outcome.minimum)} labels on"),
        ("Features", f"{len(monitor.features)}: {', '.join(monitor.features)}"),
        ("Slices by", ", ".join(monitor.segments) or "none"),
        ("Rules", f"{len(monitor.rules)}, pack {monitor.pack}"),
        ("Versions seen", ", ".join(view.versions) or "none"),
        ("Owner", monitor.team or "none"),
    ]


def _reference(view: ModelView) -> str:
    reference = view.watched.reference
    if reference is None:
        return "none: drift is not measured"
    whole, profile = reference.pooled.window, reference.pooled.profile
    if reference.rows:
        told = digits.window(whole.start, whole.end, view.period.calendar.timezone)
        return f"{digits.count(sum(reference.rows.values()))} rows, {told}"
    return "without times" if profile is None else f"{digits.count(profile.rows)} rows, without times"
