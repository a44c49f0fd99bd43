"""The server: rows in over HTTP, answers out, and the worker that keeps models watched while it runs.

In front of `app`: routes are thin, what they do is done by a home.
"""

from modelwatch.serve.listen import serve
from modelwatch.serve.server import build

__all__ = ["build", "serve"]
