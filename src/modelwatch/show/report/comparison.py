"""A comparison as one HTML file: the answer in a sentence, then every column, the worst first, with its proof.

Made of the JSON of `compare` and of how the values lie; a notebook shows the same page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from modelwatch.show import digits
from modelwatch.show.html import Html, element, together
from modelwatch.show.report.document import document, framed
from modelwatch.show.sides import Sides, bullet, histogram, levels, spark

Result = Mapping[str, Any]
_WORST_FIRST = ("critical", "warning", "not_computed", "ok")
_WORDS = {"critical": "Critical", "warning": "Warning", "not_computed": "Not computed", "ok": "OK"}
_MAIN = "psi"
_NAMED = 3
_VERDICT = (
    "A verdict needs a value past the threshold, past the noise floor, "
    "and through false-discovery control over all columns."
)
_ROW, _FRAME, _TALLEST = 37, 250, 720


def comparison_page(result: Result, drawings: Mapping[str, Sides]) -> str:
    """The whole file.

    Parameters
    ----------
    result
        As `Comparison.to_dict` gives it.
    drawings
        How the values of the columns lie, by name.
    """
    style, script = _file("report.css"), _file("report.js")
    return document(_headline(result), _content(result, drawings), style=style, script=script)


def comparison_frame(result: Result, drawings: Mapping[str, Sides]) -> str:
    """The page for a notebook."""
    height = min(_FRAME + _ROW * len(result["columns"]), _TALLEST)
    return framed("modelwatch comparison", comparison_page(result, drawings), height=height)


def _file(name: str) -> str:
    return (files("modelwatch.show.report") / name).read_text(encoding="utf-8")


def _content(result: Result, drawings: Mapping[str, Sides]) -> Html:
    columns: list[Result] = sorted(result["columns"], key=_place)
    before, now = (digits.count(result[side]["rows"]) for side in ("reference", "current"))
    lead = f"{before} rows of reference, {now} now. {_basis(result)}"
    return together(
        [
            element("header", element("h1", _headline(result)), element("p", lead, class_="lead")),
            _findings(result),
            _controls(columns),
            element("div", _table(columns, drawings), class_="card scroll"),
            element("p", "No column has this name or state.", class_="none", hidden=True, id="none"),
            _notes(result),
        ]
    )


def _table(columns: Sequence[Result], drawings: Mapping[str, Sides]) -> Html:
    return element("table", element("thead", _heads()), *(_column(each, drawings) for each in columns), id="columns")


def _headline(result: Result) -> str:
    """The answer: how many columns drift, and which."""
    judged = [each for each in result["columns"] if each["drifted"] is not None]
    drifted = sorted((each for each in judged if each["drifted"]), key=_place)
    faults = [each for each in result["quality"] if each["status"] in ("critical", "warning")]
    if not judged:
        told = "No column could be judged for drift"
    elif drifted:
        names = ", ".join(each["column"] for each in drifted[:_NAMED])
        more = f" and {len(drifted) - _NAMED} more" if len(drifted) > _NAMED else ""
        told = f"{len(drifted)} of {len(judged)} columns drift{'s' if len(drifted) == 1 else ''}: {names}{more}"
    else:
        told = f"None of {len(judged)} column{'' if len(judged) == 1 else 's'} drifts"
    if faults:
        told += f"; {len(faults)} fault{'' if len(faults) == 1 else 's'} in the data"
    return told


def _basis(result: Result) -> str:
    if result["noise"] == "time_blocks":
        return "Noise floors come from time blocks."
    return "Rows are taken to be independent."


def _findings(result: Result) -> Html | None:
    found = [each for each in sorted(result["quality"], key=_badness) if each["status"] in ("critical", "warning")]
    if not found:
        return None
    rows = [element("li", _state(each["status"]), element("span", each["message"])) for each in found]
    return element("section", element("h2", "Faults in the data"), element("ul", *rows), class_="card findings")


def _controls(columns: Sequence[Result]) -> Html:
    counts = {status: sum(each["status"] == status for each in columns) for status in _WORST_FIRST}
    chips = [_chip(_state(status), many, data_state=status, pressed=False) for status, many in counts.items() if many]
    told = f"Filter {len(columns)} columns"
    return element(
        "div",
        element("input", type="search", placeholder=told, aria_label=told, id="filter"),
        _chip("All", len(columns), data_state="", pressed=True),
        *chips,
        class_="controls",
        id="controls",
    )


def _chip(text: str, count: int, *, data_state: str, pressed: bool) -> Html:
    number = element("b", str(count))
    return element("button", text, number, type="button", data_state=data_state, aria_pressed=str(pressed).lower())


def _heads() -> Html:
    def head(text: str, kind: str = "", *, number: bool = False) -> Html:
        button = element("button", text, type="button", data_sort=kind) if kind else text
        return element("th", button, scope="col", class_="num" if number else None)

    return element(
        "tr",
        head("Status", "status"),
        head("Column", "column"),
        head("Kind", "kind"),
        head("PSI", "psi", number=True),
        head("Limit", number=True),
        element("th", "Noise floor, limit, value", scope="col"),
        element("th", "Reference and current", scope="col"),
        head("Missing", "missing", number=True),
        head("before", number=True),
    )


def _column(column: Result, drawings: Mapping[str, Sides]) -> Html:
    """One column: its row, and what opens below it."""
    psi: Result = column["metrics"].get(_MAIN, {})
    sides, missing = drawings.get(column["column"]), column["missing"]
    opener = element("button", _name(column), type="button", class_="open", aria_expanded="false")
    row = element(
        "tr",
        element("td", _state(column["status"])),
        element("th", opener, scope="row"),
        element("td", column["kind"], class_="quiet wide"),
        element("td", digits.metric(psi.get("value")), class_="num strong"),
        element("td", digits.metric(_limit(psi)), class_="num quiet wide"),
        element("td", _bullet(psi), class_="wide"),
        element("td", spark(sides) if sides else element("span", column["reason"] or "", class_="quiet")),
        element("td", digits.share(missing["current"]), class_="num wide"),
        element("td", digits.share(missing["reference"]), class_="num quiet wide"),
        class_="row",
    )
    detail = element("tr", element("td", _detail(column, sides), colspan=9), class_="detail")
    keys = {
        "data_status": _badness(column),
        "data_column": column["column"].casefold(),
        "data_kind": column["kind"],
        "data_psi": psi.get("value") if psi.get("value") is not None else -1.0,
        "data_missing": missing["current"] if missing["current"] is not None else -1.0,
        "data_state": column["status"],
    }
    return element("tbody", row, detail, **keys)


def _name(column: Result) -> Html:
    """A column's name, apart from the direction in which the words around it run."""
    return element("bdi", column["column"], title=column["column"])


def _detail(column: Result, sides: Sides | None) -> Html:
    drawn = None
    if sides is not None:
        picture = histogram(sides) if sides.edges else levels(sides)
        key = together([element("i", class_="key before"), "reference", element("i", class_="key now"), "current"])
        drawn = element("figure", element("figcaption", key), picture)
    told = [
        element("p", column["reason"], class_="quiet") if column["reason"] else None,
        element("p", "New levels: ", element("bdi", ", ".join(column["unseen"][:8]))) if column["unseen"] else None,
    ]
    rows = [_metric(name, each) for name, each in column["metrics"].items()]
    heads = [element("th", text, scope="col", class_=kind or None) for text, kind in _METRIC_HEADS]
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="metrics")
    return element("div", drawn, element("div", *told, table if rows else None), class_="detail-in")


_METRIC_HEADS: Sequence[tuple[str, str]] = (
    ("Metric", ""),
    ("Value", "num"),
    ("Floor", "num"),
    ("Limit", "num"),
    (element("span", "drawn", class_="hidden"), "wide"),
    ("p", "num wide"),
    ("Verdict", ""),
)


def _metric(name: str, metric: Result) -> Html:
    value = metric["value"]
    verdict: str = _state(metric["status"]) if metric["threshold"] is not None or value is None else "no rule"
    told = digits.metric(value) if value is not None else element("span", metric["reason"], class_="quiet reason")
    return element(
        "tr",
        element("th", element("span", metric["title"] or name, title=metric["definition"]), scope="row"),
        element("td", told, class_="num strong"),
        element("td", digits.metric(metric["noise_floor"]), class_="num quiet"),
        element("td", digits.metric(metric["threshold"]), class_="num quiet"),
        element("td", _bullet(metric), class_="wide"),
        element("td", _p(metric["p_value"]), class_="num quiet wide"),
        element("td", verdict, class_=None if isinstance(verdict, Html) else "quiet"),
    )


def _bullet(metric: Result) -> Html:
    return bullet(metric.get("value"), floor=metric.get("noise_floor"), threshold=metric.get("threshold"))


def _limit(metric: Result) -> float | None:
    known = (metric.get("threshold"), metric.get("noise_floor"))
    return max((each for each in known if each is not None), default=None)


def _p(value: float | None) -> str:
    if value is None:
        return digits.NOTHING
    return f"<{digits.HARD_SPACE}0.001" if value < 0.001 else f"{value:.3f}"


def _state(status: str) -> Html:
    """A state with its icon: the shape differs before the colour does."""
    shapes = {
        "critical": together(
            [element("path", d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"), element("path", d="M8 4.2v4.6M8 11.2v.6", class_="on")]
        ),
        "warning": together([element("path", d="M8 1.6 15 14H1z"), element("path", d="M8 6v4M8 11.8v.5", class_="on")]),
        "not_computed": element("circle", cx=8, cy=8, r=6, stroke_dasharray="2.4 2.2"),
        "ok": together([element("circle", cx=8, cy=8, r=6), element("path", d="M5.2 8.2 7.2 10.2 10.9 6.2")]),
    }
    icon = element("svg", shapes[status], viewBox="0 0 16 16", width=13, height=13, aria_hidden="true")
    return element("span", icon, _WORDS[status], class_=f"state {status}")


def _notes(result: Result) -> Html:
    notes = [element("li", note) for note in result["notes"]]
    notes.append(element("li", f"Not computed: {result['multivariate']['reason']}."))
    notes.append(element("li", _VERDICT))
    return element("section", element("h2", "How to read this"), element("ul", *notes), class_="notes")


def _place(column: Result) -> tuple[int, float]:
    """Its place in the list: by state, then by how many times its limit it is past."""
    psi: Result = column["metrics"].get(_MAIN, {})
    value, limit = psi.get("value"), _limit(psi)
    return _badness(column), -(value / limit) if value is not None and limit else 0.0


def _badness(each: Result) -> int:
    return _WORST_FIRST.index(each["status"])
