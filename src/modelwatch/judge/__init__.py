"""Judge measurements: thresholds, false discoveries, incidents and their causes; pure functions over values.

Between `measure` and `act`: `judge` gives verdicts, `advance` turns them into incidents, a `Book` remembers.
"""

from modelwatch.judge.book import Book
from modelwatch.judge.cases import Change, Turn
from modelwatch.judge.incidents import advance
from modelwatch.judge.readings import Season
from modelwatch.judge.thresholds import evaluate
from modelwatch.judge.triage import Context
from modelwatch.judge.verdicts import Judged, Terms, judge

__all__ = ["Book", "Change", "Context", "Judged", "Season", "Terms", "Turn", "advance", "evaluate", "judge"]
