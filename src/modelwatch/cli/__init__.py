"""The command line, one file per verb: reads arguments, asks `Home` or `compare`, prints what `show` says.

In front of everything; what computes is loaded only when a verb runs, so that `--help` answers at once.
"""

from modelwatch.cli.program import main

__all__ = ["main"]
