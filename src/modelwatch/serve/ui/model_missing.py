"""The lane of missing values: the columns that were past their limit, those that go missing together in one row.

The others are told in one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelwatch.domain.measurement import Series as Named
from modelwatch.read.heat import MISSING
from modelwatch.read.limits import baseline_of
from modelwatch.read.sheet import Track
from modelwatch.serve.ui.canvas import Canvas, Told, state_told
from modelwatch.serve.ui.lanes import Lane
from modelwatch.show import digits
from modelwatch.show.charts import Telling
from modelwatch.show.charts.bars import Bar, bars
from modelwatch.show.status import State

PITCH = 24
_ALIKE = 0.02  # shares that differ less than this in every window go missing together
_MOST = 6


@dataclass(frozen=True, slots=True)
class Gap:
    """Columns that go missing together; `of` counts them where they are many."""

    columns: Sequence[str]
    track: Track

    @property
    def named(self) -> str:
        """The row's name."""
        return self.columns[0] if len(self.columns) == 1 else f"{len(self.columns)} columns"

    @property
    def listed(self) -> str:
        """All of its columns."""
        return ", ".join(self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The lane with its rows, and what is said of the columns that are not in it."""

    told: Told | None
    gaps: Sequence[Gap]
    rest: str


def missing_lane(canvas: Canvas) -> Missing:
    """Missing shares by column."""
    sheet = canvas.view.sheet
    columns = [s.column for s in sheet.series if s.metric == MISSING and s.column and not s.slice]
    tracks = {column: sheet.track(MISSING, column) for column in columns}
    fired = [column for column, track in tracks.items() if track.worst.firing]
    gaps = _together({column: tracks[column] for column in fired})[:_MOST]
    drawn = {column for gap in gaps for column in gap.columns}
    rest = {column: track for column, track in tracks.items() if column not in drawn}
    return Missing(told=_lane(canvas, gaps) if gaps else None, gaps=gaps, rest=_rest(rest, bool(gaps)))


def _together(tracks: dict[str, Track]) -> list[Gap]:
    """Columns grouped with those that they go missing with, the worst first."""
    left = sorted(tracks, key=lambda column: (-_last(tracks[column]), -float(np.nanmax(tracks[column].value)), column))
    found: list[Gap] = []
    while left:
        first = tracks[left[0]]
        like = [c for c in left if bool(np.all(np.abs(np.nan_to_num(tracks[c].value - first.value)) < _ALIKE))]
        found.append(Gap(like, first))
        left = [column for column in left if column not in like]
    return found


def _last(track: Track) -> float:
    return 0.0 if track.last is None else track.at(track.last) or 0.0


def _rest(tracks: dict[str, Track], others: bool) -> str:
    if not tracks:
        return ""
    peaks = {column: float(np.nanmax(track.value)) for column, track in tracks.items() if track.last is not None}
    if not peaks:
        return ""
    worst = max(peaks, key=lambda column: peaks[column])
    many = f"{len(tracks)} {'other ' if others else ''}columns" if len(tracks) > 1 else next(iter(tracks))
    if peaks[worst] == 0:
        return f"{many}: nothing missing in this range"
    return f"{many}: never past the limit, at most {digits.share(peaks[worst])} in {worst}"


def _worst(track: Track, step: range) -> tuple[float | None, State]:
    known = [place for place in step if track.at(place) is not None]
    if not known:
        return None, State.OK
    place = max(known, key=lambda each: track.at(each) or 0.0)
    status = max((track.status_at(each) for each in known), key=lambda each: each.rank)
    return track.at(place), state_told(status)


def _lane(canvas: Canvas, gaps: Sequence[Gap]) -> Told:
    values = [[_worst(gap.track, step) for step in canvas.steps] for gap in gaps]
    rows = [
        [
            Bar(w.start, w.end, value, state)
            for w, (value, state) in zip(canvas.windows, line, strict=True)
            if value is not None
        ]
        for line in values
    ]
    normal = [baseline_of(canvas.view.watched, Named(MISSING, gap.columns[0])) for gap in gaps]
    beside = ["" if each is None else f" ref. {digits.share(each.mean)}" for each in normal]
    readouts = [
        [digits.share(line[step][0]) + said for line, said in zip(values, beside, strict=True)]
        for step in range(len(canvas.steps))
    ]
    # The newest window is told with its state: a colour alone says nothing.
    latest = [
        (line[-1][1], digits.share(line[-1][0]), said) if line[-1][1] is not State.OK else text
        for line, said, text in zip(values, beside, readouts[-1], strict=True)
    ]
    says = "; ".join(f"{gap.listed} {digits.share(line[-1][0])}" for gap, line in zip(gaps, values, strict=True))
    fields = {f"c{place}": gap.listed for place, gap in enumerate(gaps)}
    telling = Telling(
        name="missing",
        says=f"Missing share on {canvas.latest}: {says}.",
        columns={"window": "Window", **fields},
        rows=canvas.rows(**{f"c{place}": [each[0] for each in line] for place, line in enumerate(values)}),
    )
    chart = bars(telling, rows, ground=canvas.ground, ceiling=(1.0, digits.share(1.0)), pitch=PITCH)
    return Told(Lane(name="missing", title="Missing share", chart=chart, readout=latest), readouts)
