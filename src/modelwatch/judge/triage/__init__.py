"""Tell each incident: its title, its cause with evidence, columns and slices, and what to do first.

`cases` gathers the findings; one file here writes the story of one kind.
"""

from modelwatch.judge.triage.advice import Other, advised
from modelwatch.judge.triage.kinds import tell
from modelwatch.judge.triage.story import Context, Finding, Matter, Story, badness, ranked

__all__ = ["Context", "Finding", "Matter", "Other", "Story", "advised", "badness", "ranked", "tell"]
