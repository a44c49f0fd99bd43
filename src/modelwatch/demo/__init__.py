"""The demo's data: a real year of a real model, with the monitor that watches it.

Read by the verb `demo` and by the tests; `scripts/prepare_flights.py` makes it.
"""

from pathlib import Path as _Path

from modelwatch.domain.names import ModelKey as _ModelKey

FLIGHTS = _Path(__file__).parent / "flights"
FLIGHT_DELAY = _ModelKey("flight-delay")

__all__ = ["FLIGHTS", "FLIGHT_DELAY"]
