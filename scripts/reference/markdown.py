"""Tables and code in Markdown, as the reference pages have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make docs` from the code: change it there. -->"
ESCAPED = r"\|"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; a bar within a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell.replace('|', ESCAPED) for cell in line)} |" for line in lines]


def code(text: str) -> str:
    """A word as code."""
    return f"`{text}`"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words with commas, and the last one with its own word."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def figure(number: float) -> str:
    """A number as people write it."""
    return f"{number:g}".replace("inf", "infinity")


def page(*parts: Iterable[str]) -> str:
    """A page of parts with an empty line between any two."""
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"
