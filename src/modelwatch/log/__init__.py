"""The durable log: rows go through the spool into the lake exactly once, and are read back commit by commit.

Between `collect`, which makes rows canonical, and `profile`, which counts them.
"""

from modelwatch.log.commits import Commit
from modelwatch.log.flush import Progress, flush
from modelwatch.log.lake import Lake
from modelwatch.log.lock import HomeLock
from modelwatch.log.spool import Spool

__all__ = ["Commit", "HomeLock", "Lake", "Progress", "Spool", "flush"]
