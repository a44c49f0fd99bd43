"""The client: a service logs its predictions and labels with it, without ever waiting for the receiver.

The first step of the flow for live traffic: batches go to a server over HTTP or, through `modelwatch.sdk`, into
a home on the same machine. Importing it loads neither NumPy nor Polars.
"""

from modelwatch.collect.client.http import HttpSink, Server
from modelwatch.collect.client.limits import Limits
from modelwatch.collect.client.recorder import Recorder
from modelwatch.collect.client.sink import Answer, Batch, Kind, Later, Refused, Sink, Taken, TooLarge
from modelwatch.collect.client.stats import Stats

__all__ = [
    "Answer",
    "Batch",
    "HttpSink",
    "Kind",
    "Later",
    "Limits",
    "Recorder",
    "Refused",
    "Server",
    "Sink",
    "Stats",
    "Taken",
    "TooLarge",
]
