"""The reference and the current values of a column as two distributions on the same bins or levels, drawn small.

Plain SVG, because a page of hundreds of columns has no room for hundreds of drawing engines; classes give colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelwatch.show import digits
from modelwatch.show.html import Html, element, together

OTHERS = "all others"
_GUTTER = 40  # pixels left of a plot, for the labels of its axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """How both sides' values lie: rows in the bins between `edges`, or of each of the `levels`, `""` being all others.

    The outermost bins also hold what lies beyond them.
    """

    reference: tuple[int, ...]
    current: tuple[int, ...]
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()

    def shares(self) -> tuple[list[float], list[float]]:
        """Shares of the rows with a value; zeros for a side without any.

        Examples
        --------
        >>> Sides(reference=(1, 3), current=(0, 0), levels=("a", "b")).shares()
        ([0.25, 0.75], [0.0, 0.0])
        """
        return _shares(self.reference), _shares(self.current)


def spark(sides: Sides, *, width: int = 104, height: int = 24) -> Html:
    """Both sides in the height of a line of text: the reference as bars, the current side as a stepped line."""
    before, now = sides.shares()
    return element(
        "svg",
        *_bars(before, before + now, width, height),
        _steps(now, before + now, width, height),
        class_="spark",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        aria_hidden="true",
    )


def histogram(sides: Sides, *, width: int = 480, height: int = 150) -> Html:
    """Both sides of a numeric column with ticks: share of rows by value."""
    before, now = sides.shares()
    across, plot = width - _GUTTER, height - 20
    top = max([*before, *now, 1e-9])
    return element(
        "svg",
        *_grid(top, width, plot),
        element(
            "g",
            *_bars(before, [top], across, plot),
            _steps(now, [top], across, plot),
            *_ticks(sides.edges, across, height),
            transform=f"translate({_GUTTER} 0)",
        ),
        class_="histogram",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label="share of rows by value: bars are the reference, the line is the current data",
    )


def levels(sides: Sides, *, width: int = 220) -> Html:
    """Both sides of a categorical column as a table of bars, the most frequent level first."""
    before, now = sides.shares()
    top = max([*before, *now, 1e-9])
    rows = [
        element(
            "tr",
            element("th", element("bdi", name or OTHERS, title=name or OTHERS), scope="row"),
            element("td", _level_bars(then, here, top, width)),
            element("td", digits.share(then), class_="num"),
            element("td", digits.share(here), class_="num"),
            element("td", _change(lived, came), class_="change"),
        )
        for name, then, here, lived, came in zip(sides.levels, before, now, sides.reference, sides.current, strict=True)
    ]
    head = element(
        "tr",
        element("th", "Level"),
        element("th", element("span", "share of rows", class_="hidden")),
        element("th", "Reference", class_="num"),
        element("th", "Current", class_="num"),
        element("th", element("span", "change", class_="hidden")),
    )
    return element("table", element("thead", head), element("tbody", *rows), class_="levels")


def bullet(value: float | None, *, floor: float | None, threshold: float | None) -> Html:
    """A value against its yardsticks: a grey bar up to the noise floor, a tick at the threshold, a dot at the value."""
    width, height, middle = 120, 16, 8
    top = max((each for each in (value, floor, threshold) if each is not None), default=0.0) * 1.06
    if value is None or top <= 0:
        return element("svg", class_="bullet", width=width, height=height, aria_hidden="true")

    def at(number: float) -> float:
        return 4 + (width - 8) * min(max(number, 0.0) / top, 1.0)

    return element(
        "svg",
        element("rect", x=4, y=middle - 3, width=width - 8, height=6, rx=3, class_="track"),
        element("rect", x=4, y=middle - 3, width=at(floor) - 4, height=6, rx=3, class_="floor") if floor else None,
        element("rect", x=at(threshold) - 1, y=1, width=2, height=14, class_="threshold") if threshold else None,
        element("circle", cx=at(value), cy=middle, r=4, class_="dot"),
        class_="bullet",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        aria_hidden="true",
    )


def _shares(counts: Sequence[int]) -> list[float]:
    whole = sum(counts)
    return [each / whole if whole else 0.0 for each in counts]


def _bars(shares: Sequence[float], scale: Sequence[float], width: int, height: int) -> list[Html]:
    top, step = max([*scale, 1e-9]), width / max(len(shares), 1)
    gap = 1.0 if step > 4 else 0.0
    return [
        element("rect", x=place * step + gap / 2, y=height - height * each / top, width=step - gap,
                height=height * each / top, class_="before")
        for place, each in enumerate(shares)
        if each
    ]  # fmt: skip


def _steps(shares: Sequence[float], scale: Sequence[float], width: int, height: int) -> Html:
    top, step = max([*scale, 1e-9]), width / max(len(shares), 1)
    points = [f"0,{height}"]
    for place, each in enumerate(shares):
        y = height - (height - 1) * each / top
        points += [f"{place * step:.4g},{y:.4g}", f"{(place + 1) * step:.4g},{y:.4g}"]
    return element("polyline", points=" ".join([*points, f"{width},{height}"]), class_="now")


def _grid(top: float, width: int, height: int) -> list[Html]:
    """Hairlines at none, half and all of the highest share, with their shares beside the plot."""
    found: list[Html] = []
    for part in (0.0, 0.5, 1.0):
        y = min(max(height - height * part, 0.5), height - 0.5)
        found.append(element("line", x1=_GUTTER, x2=width, y1=y, y2=y, class_="grid"))
        beside = min(max(y + 4, 10), height)
        found.append(
            element("text", digits.share(top * part), x=_GUTTER - 6, y=beside, class_="tick", text_anchor="end")
        )
    return found


def _ticks(edges: Sequence[float], width: int, height: int) -> list[Html]:
    last = len(edges) - 1
    places = sorted({0, round(last / 4), round(last / 2), round(3 * last / 4), last})
    anchors = {0: "start", last: "end"}
    return [
        element("text", digits.metric(edges[place]), x=width * place / max(last, 1), y=height - 4, class_="tick",
                text_anchor=anchors.get(place, "middle"))
        for place in places
    ]  # fmt: skip


def _level_bars(before: float, now: float, top: float, width: int) -> Html:
    return element(
        "svg",
        element("rect", x=0, y=2, width=width * before / top, height=6, class_="before"),
        element("rect", x=0, y=10, width=width * now / top, height=6, class_="now-bar"),
        width=width,
        height=18,
        viewBox=f"0 0 {width} 18",
        aria_hidden="true",
    )


def _change(before: int, now: int) -> Html | None:
    if before and not now:
        return together(["lost"])
    if now and not before:
        return together(["new"])
    return None
