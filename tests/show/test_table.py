"""Tables of text: aligned, and lazy where they are long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from modelwatch.show.table import SAMPLE, Heading, table_lines

HEADINGS = [Heading("name"), Heading("n", right=True)]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert list(table_lines(HEADINGS, [["a", "1"], ["long name", "1,000"]])) == [
        "name           n",
        "a              1",
        "long name  1,000",
    ]


def test_headings_stand_alone_where_there_are_no_rows() -> None:
    assert list(table_lines([*HEADINGS, Heading("x", least=9)], [])) == ["name  n  x"]


def test_a_long_table_is_not_held_in_memory() -> None:
    taken = 0

    def rows() -> Iterator[list[str]]:
        nonlocal taken
        while True:
            taken += 1
            yield ["a", str(taken)]

    assert len(list(islice(table_lines(HEADINGS, rows()), 10))) == 10
    assert taken <= SAMPLE


def test_a_longer_cell_far_down_is_not_cut() -> None:
    rows = [["a", "1"]] * SAMPLE + [["a cell that is longer than all before", "2"]]
    assert list(table_lines(HEADINGS, rows))[-1] == "a cell that is longer than all before  2"
