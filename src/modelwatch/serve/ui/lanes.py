"""Lanes: what a page hands to the template of its lanes, and to the script that moves one crosshair through them.

A lane is a name with its keys, a plot, and a read-out that tells of the window under the crosshair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from modelwatch.domain.instants import Window
from modelwatch.serve.ui.site import data_json
from modelwatch.show.charts import Chart, TimeAxis
from modelwatch.show.status import State

Drawn = Literal[
    "line",
    "thin",
    "dash",
    "label",
    "label-thin",
    "ribbon",
    "ribbon-wide",
    "band",
    "dot",
    "bar",
    "critical",
    "warning",
    "nodata",
]


@dataclass(frozen=True, slots=True)
class Key:
    """How a mark looks and what it is."""

    drawn: Drawn
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One lane.

    Attributes
    ----------
    name
        Of its chart, and of its read-outs.
    title, under
        What it shows, and a caption.
    readout
        What the read-out says of the latest window, the first line strong; a line may be a state with its word and what
        stands beside it.
    """

    name: str
    title: str
    chart: Chart
    under: str = ""
    keys: Sequence[Key] = ()
    readout: Sequence[str | tuple[State, str, str]] = ()


def lanes_json(
    axis: TimeAxis, windows: Sequence[Window], readouts: Mapping[str, Sequence[Sequence[str] | None]]
) -> Markup:
    """What the crosshair needs: the windows in time, and the lines of each lane's read-out for each of them.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> lanes_json(TimeAxis(0, DAY), [Window(0, DAY)], {"rows": [["12", "1 Jan"]]})
    Markup('{"domain":[0,86400000],"windows":[[0,86400000]],"readouts":{"rows":[["12","1 Jan"]]}}')
    """
    places = [(axis.at(window.start), axis.at(window.end)) for window in windows]
    return data_json({"domain": axis.domain, "windows": places, "readouts": readouts})
