"""A comparison as lines of text: the verdict, one line per column, what is wrong with the data, what to know.

Read from the JSON of `compare`, so that terminal, notebook and pipeline tell the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelwatch.show.table import Heading, table_lines
from modelwatch.show.words import NOTHING, count, number, share

_METRICS = ("psi", "ks", "cramers_v")
_WORST_FIRST = ("critical", "warning", "not_computed", "ok")


def comparison_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a comparison.

    Parameters
    ----------
    result
        As `Comparison.to_dict` gives it.
    """
    before, now = (count(result[side]["rows"], "row") for side in ("reference", "current"))
    columns: Sequence[Mapping[str, Any]] = result["columns"]
    yield f"{result['status']}: {_drifted(columns)} ({before} of reference, {now} now)"
    if columns:
        yield ""
        yield from _columns(columns)
    if result["quality"]:
        yield ""
        yield from (f"{each['status']}: {each['message']}" for each in sorted(result["quality"], key=_badness))
    if result["notes"]:
        yield ""
        yield from result["notes"]


def _drifted(columns: Sequence[Mapping[str, Any]]) -> str:
    judged = [each["drifted"] for each in columns if each["drifted"] is not None]
    if not judged:
        return "no column could be judged for drift"
    return f"{sum(judged)} of {count(len(judged), 'column')} drifted"


def _columns(columns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    shown = [name for name in _METRICS if any(name in each["metrics"] for each in columns)]
    headings = [Heading("column"), Heading("status"), Heading("kind")]
    for name in shown:
        headings.append(Heading(name, right=True))
        if name == "psi":
            headings += [Heading("noise", right=True), Heading("p", right=True)]
    headings += [Heading("missing", right=True), Heading("missing before", right=True), Heading("")]
    return table_lines(headings, (_row(each, shown) for each in sorted(columns, key=_badness)))


def _row(column: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    cells = [column["column"], column["status"], column["kind"]]
    for name in shown:
        metric: Mapping[str, Any] = column["metrics"].get(name, {})
        cells.append(number(metric.get("value")))
        if name == "psi":
            cells += [number(metric.get("noise_floor")), _p(metric.get("p_value"))]
    missing = column["missing"]
    return [*cells, share(missing["current"]), share(missing["reference"]), column["reason"] or ""]


def _p(value: float | None) -> str:
    if value is None:
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _badness(each: Mapping[str, Any]) -> int:
    return _WORST_FIRST.index(each["status"])
