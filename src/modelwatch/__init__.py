"""modelwatch watches deployed models: what they see, what they say, and what turned out to be true.

This is the front door: only names meant for users stand here, all else is imported by its own room.
"""

from importlib.metadata import version as _version

from modelwatch.compare import Comparison, compare

__all__ = ["Comparison", "__version__", "compare"]

__version__ = _version("modelwatch")
