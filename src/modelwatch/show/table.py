"""A table of text as aligned lines, whole or as a stream of which the end is not known.

The form in which every list of this room reaches the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

SAMPLE = 500
"""Rows whose widths set those of the columns; a longer cell further down only moves what stands after it."""
GAP = "  "


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's title; numbers stand on the right, and `least` keeps room for cells that come late."""

    text: str
    right: bool = False
    least: int = 0


def table_lines(headings: Sequence[Heading], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    r"""The lines of a table, the headings first.

    Parameters
    ----------
    headings
        One per column.
    rows
        One cell per heading; taken one by one, so that a long list is not held in memory.

    Examples
    --------
    >>> headings = [Heading("column"), Heading("psi", right=True)]
    >>> print("\n".join(table_lines(headings, [["temp", "0.31"]])))
    column   psi
    temp    0.31
    """
    rest = iter(rows)
    first = list(islice(rest, SAMPLE))
    widths = [
        max(len(heading.text), heading.least, *(len(row[place]) for row in first), 0)
        for place, heading in enumerate(headings)
    ]
    yield _line([heading.text for heading in headings], headings, widths)
    for row in chain(first, rest):
        yield _line(row, headings, widths)


def _line(cells: Sequence[str], headings: Sequence[Heading], widths: Sequence[int]) -> str:
    aligned = (
        cell.rjust(width) if heading.right else cell.ljust(width)
        for cell, heading, width in zip(cells, headings, widths, strict=True)
    )
    return GAP.join(aligned).rstrip()
