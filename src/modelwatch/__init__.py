"""modelwatch watches deployed models: what they see, what they say, and what turned out to be true.

This is the front door: only names meant for users stand here, all else is imported by its own room.
"""

from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

from modelwatch.compare import Comparison, compare

if TYPE_CHECKING:
    from modelwatch.sdk import Client

__all__ = ["Client", "Comparison", "__version__", "compare"]

__version__ = _version("modelwatch")


def __getattr__(name: str) -> Any:
    # The client brings HTTP and TLS, which a notebook that compares two frames has no use for.
    if name == "Client":
        from modelwatch.sdk import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
