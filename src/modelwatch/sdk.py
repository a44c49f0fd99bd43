"""The client as users make it: `Client(url)` logs to a server, `Client(home=...)` straight into a home's log.

What it does between a call and its sink is in `collect.client`; here a sink is chosen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelwatch.collect.client import (
    Answer,
    Batch,
    HttpSink,
    Kind,
    Later,
    Limits,
    Recorder,
    Refused,
    Server,
    Sink,
    Taken,
)
from modelwatch.domain.errors import DurabilityError, HomeError, InputError, UnknownName
from modelwatch.domain.event import Event
from modelwatch.domain.instants import SECOND, parse_instant
from modelwatch.domain.names import ModelKey

if TYPE_CHECKING:
    from modelwatch.app import Home

# Epoch numbers below are seconds, from there milliseconds.
_SECONDS_BELOW = 10**11
API_KEY = "MODELWATCH_API_KEY"
# Opening a home costs tens of milliseconds, in which nobody else may write it: so larger and rarer batches.
HOME_LIMITS = Limits(batch_rows=5000, batch_bytes=64 << 20, interval_seconds=5.0)


class Client(Recorder):
    """Logs what one model saw and said: never waits for the receiver, never raises in the caller's path.

    Make one per process and model, and keep it.

    Parameters
    ----------
    url
        The server, such as `http://localhost:8321`; or None if `home` is given.
    home
        A home on this machine. Its lock is taken only while a batch is written; while another process holds
        it, rows wait in memory.
    model, version, env
        Which model the predictions are of.
    api_key
        The key of the project; by default what the variable `MODELWATCH_API_KEY` says.
    compress
        Whether to send bodies as gzip; worth it where the network is slow.
    limits
        Sizes and times.

    Raises
    ------
    InputError
        If not exactly one of `url` and `home` is given, or an argument cannot be what it should.

    Examples
    --------
    >>> client = Client("http://localhost:1", model="flight-delay", version="3")
    >>> made = client.log(features={"temp": 39.5, "carrier": "UA"}, score=0.83)
    >>> client.label(made, 1)
    >>> client.stats().logged
    2
    >>> client.close(timeout=0.1)
    """

    def __init__(  # noqa: PLR0913 (where to, which model, and how)
        self,
        url: str | None = None,
        *,
        model: str,
        home: str | os.PathLike[str] | None = None,
        version: str | None = None,
        env: str = "prod",
        api_key: str | None = None,
        compress: bool = False,
        limits: Limits | None = None,
    ) -> None:
        key = ModelKey(model, env)
        if (url is None) == (home is None):
            given = "neither" if url is None else "both"
            raise InputError(f"a client needs the server's url or a home, {given} given: name one of them")
        sink: Sink
        if url is not None:
            secret = os.environ.get(API_KEY) if api_key is None else api_key
            sink = HttpSink(Server(url=url, key=key, api_key=secret or None, compress=compress))
        else:
            sink = HomeSink(Path(home or ""), key)
            limits = limits or HOME_LIMITS
        super().__init__(sink, version=version, limits=limits)


class HomeSink:
    """Writes batches into the spool of a home on this machine, under its lock.

    Parameters
    ----------
    path
        The home, which must know the model.
    """

    def __init__(self, path: Path, key: ModelKey) -> None:
        self._path, self._key = path.absolute(), key

    def send(self, batch: Batch, *, timeout_seconds: float) -> Answer:
        from modelwatch.app import Home

        del timeout_seconds  # the lock is not waited for, and a disk cannot be hurried
        try:
            if not (self._path / "home.json").is_file():
                raise HomeError(f"there is no home at {self._path}: make one with modelwatch apply")
            with Home.open(self._path, write=True) as home:
                return self._write(home, batch)
        except (HomeError, DurabilityError, UnknownName) as error:
            return Later(str(error))
        except InputError as error:
            return Refused(str(error))

    def close(self) -> None:
        """Nothing stays open between batches."""

    def _write(self, home: Home, batch: Batch) -> Answer:
        from modelwatch.collect.bodies import JSON_LINES, Rows, decode_body

        if batch.table is None:
            rows = decode_body(b"\n".join(batch.rows), media_type=JSON_LINES[0])
        else:
            rows = Rows(columns=batch.table)
        if batch.kind is Kind.EVENTS:
            for row in rows.records or ():
                home.add_event(self._key, _event(row))
            return Taken()
        receipt = home.take(self._key, rows, labels=batch.kind is Kind.LABELS, source=batch.key)
        return Taken(receipt.quarantined)


def _event(row: Mapping[str, Any]) -> Event:
    until = row.get("until")
    return Event(
        kind=str(row["kind"]),
        at=_instant(row["at"]),
        until=None if until is None else _instant(until),
        note=str(row.get("note", "")),
        link=str(row.get("link", "")),
    )


def _instant(value: object) -> int:
    """Microseconds of RFC 3339, or of seconds or milliseconds since 1970."""
    if isinstance(value, int | float):
        return int(value * (SECOND if abs(value) < _SECONDS_BELOW else SECOND // 1000))
    return parse_instant(str(value))
