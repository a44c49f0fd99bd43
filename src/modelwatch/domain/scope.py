"""What an API key may do.

`store` keeps it with the key, `serve` asks for it at every route, the command line offers it.
"""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a caller may do; `local` is only for the command line on the same machine."""

    INGEST = "ingest"
    READ = "read"
    OPERATE = "operate"
    LOCAL = "local"


GRANTED = (Scope.INGEST, Scope.READ, Scope.OPERATE)
"""Those that a key can have."""
