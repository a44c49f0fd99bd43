"""Pictures for messages: the chart of an incident's cause, as the page of the incident shows it.

The courier asks for them through the catalogue; what draws is at hand where pages are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelwatch.app import Home
from modelwatch.read.incident import incident_view
from modelwatch.serve.ui.proofs import proofs
from modelwatch.show.charts.draw import to_png

WIDTH = 680
"""Pixels of a picture's own; it is drawn twice as fine."""
_OVER = "resolved"


def picture_of(home: Home, message: Mapping[str, Any]) -> bytes | None:
    """The picture of a message as a PNG, None where there is nothing to show: of an end, or without measurements.

    Parameters
    ----------
    message
        As the pipeline writes it.
    """
    if message["change"] == _OVER:
        return None
    with home.state.reading() as tx:
        view = incident_view(tx, home.catalog, message["incident"], project=message["project"], now=home.now())
    chart = proofs(view).cause
    if chart is None:
        return None
    padding = chart.spec["padding"]
    return to_png({**chart.spec, "width": WIDTH - padding["left"] - padding["right"]})
