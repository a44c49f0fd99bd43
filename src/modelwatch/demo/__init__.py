"""The demo's data: a real year of a real model, with the monitor that watches it.

Read by the verb `demo` and by the tests; `scripts/prepare_flights.py` makes it.
"""
