"""Measurements as a table of text, as long as it may be.

Read from the JSON of `metrics`, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modelwatch.show.table import Heading, table_lines
from modelwatch.show.words import instant, number

_HEADINGS = (
    Heading("window", least=10),
    Heading("version"),
    Heading("metric", least=22),
    Heading("column", least=12),
    Heading("slice"),
    Heading("span", right=True),
    Heading("value", right=True, least=9),
    Heading("95 %", least=16),
    Heading("noise", right=True, least=9),
    Heading("n", right=True, least=7),
    Heading("rev", right=True),
    Heading("status", least=15),
    Heading("reason"),
)


def measurement_lines(measurements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of the table.

    Parameters
    ----------
    measurements
        Each as `Measurement.to_dict` gives it.
    """
    return table_lines(_HEADINGS, (_row(each) for each in measurements))


def _row(measured: Mapping[str, Any]) -> list[str]:
    interval = measured["interval"]
    return [
        instant(measured["window"]["start"]),
        measured["version"] or "",
        measured["metric"],
        measured["column"] or "",
        ", ".join(f"{column} {value}" for column, value in measured["slice"].items()),
        str(measured["span"]),
        number(measured["value"]),
        "" if interval is None else f"{number(interval[0])} to {number(interval[1])}",
        "" if measured["noise_floor"] is None else number(measured["noise_floor"]),
        f"{measured['n']:,}",
        str(measured["revision"]),
        measured["status"] + (", provisional" if measured["provisional"] else ""),
        measured["reason"] or "",
    ]
