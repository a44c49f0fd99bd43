"""What a service calls to log: predictions, labels and events go into a queue and nothing ever waits or raises.

`modelwatch.Client` is this with a sink chosen by its arguments.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, overload

from modelwatch.collect.client.ids import new_id
from modelwatch.collect.client.limits import Limits
from modelwatch.collect.client.notices import Notices
from modelwatch.collect.client.sender import Sender
from modelwatch.collect.client.shapes import features_of
from modelwatch.collect.client.sink import Kind, Sink
from modelwatch.collect.client.stats import Stats
from modelwatch.collect.client.watch import Log, Pending, Watch

P = ParamSpec("P")
R = TypeVar("R")
_PREDICTIONS, _LABELS, _EVENTS = Kind.PREDICTIONS, Kind.LABELS, Kind.EVENTS
# Epoch numbers below are seconds, from there milliseconds, as the receiver reads them.
_SECONDS_BELOW = 10**11


class Recorder:
    """Logs what one model saw and said.

    No method but `flush`, `aflush` and `close` waits for anything, and none raises for what it is given: what
    cannot be understood is counted in `stats().faults` and told on the logger `modelwatch`, each kind at most once
    a minute. The instance may be used from any number of threads, from asyncio, and after a fork, in which the child
    starts with an empty queue. The end of the program waits `close_seconds` for rows to be sent.

    Parameters
    ----------
    sink
        Where batches go.
    version
        The model's version, unless a call names another.
    limits
        Sizes and times.
    """

    def __init__(self, sink: Sink, *, version: str | None = None, limits: Limits | None = None) -> None:
        self._version = version
        self._limits = limits or Limits()
        self._sender = Sender(sink, self._limits, Notices())
        self._offer = self._sender.offer
        self._watched = Log(log=self._log_fields, fault=self._sender.fault)
        atexit.register(self.close)

    def log(  # noqa: PLR0913 (the fields of a prediction)
        self,
        features: Any = None,
        *,
        score: Any = None,
        prediction: Any = None,
        probabilities: Any = None,
        prediction_id: str | None = None,
        timestamp: datetime | str | float | None = None,
        latency_ms: float | None = None,
        error: str | bool | None = None,
        metadata: Mapping[str, Any] | None = None,
        version: str | None = None,
    ) -> str:
        """Log one prediction and return its id.

        Parameters
        ----------
        features
            A dict of values by name. An object with fields, a row of a data frame, or a list of values in the
            monitor's order will do too. The copy that is taken is shallow.
        score, prediction, probabilities
            What the model said: the probability of the positive class, the class or value, a dict of probabilities.
        prediction_id
            By default a new UUIDv7, which makes labels cheaper to join than other ids do.
        timestamp
            When, if not now: a datetime (without a zone it is UTC), RFC 3339, or seconds or milliseconds since 1970.
        latency_ms
            How long the model took, milliseconds.
        error
            What went wrong, if anything.
        metadata
            Whatever else should be kept with it.
        version
            The model's version, if not the client's.
        """
        now = time.time_ns()
        if type(features) is dict:
            kept: Any = features.copy()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        elif features is None:
            kept = None
        else:
            kept = self._features(features)
        if prediction_id is None:
            prediction_id = new_id(now // 1_000_000 if timestamp is None else _milliseconds(timestamp, now))
        elif type(prediction_id) is not str:
            prediction_id = self._text(prediction_id)
        if version is None:
            version = self._version
        values = (
            prediction_id, timestamp, version, kept, score, prediction, probabilities,
            None, latency_ms, error, metadata,
        )  # fmt: skip
        self._offer((_PREDICTIONS, now, values))
        return prediction_id

    def log_batch(self, table: Any) -> list[str]:
        """Log many predictions at once and return their ids, none if the table cannot be read.

        Parameters
        ----------
        table
            A data frame of Polars, pandas or anything that speaks Arrow, or a dict of columns: features under their
            own names, and `prediction_id`, `timestamp`, `model_version`, `score`, `prediction`, `latency_ms`,
            `error` where there are such. Ids, time (now) and version are added if they are missing.
        """
        from modelwatch.collect.client.tables import batch_of, is_mixed, records_of

        try:
            batch = batch_of(table, version=self._version, now_ns=time.time_ns())
            if is_mixed(batch):
                return [self._log_fields(record) for record in records_of(batch)]
            ids: list[str] = batch["prediction_id"].to_list()
            rows = max(1, int(self._limits.batch_bytes * batch.height / max(1, batch.estimated_size())))
            for part in batch.iter_slices(rows):
                size = int(part.estimated_size())
                self._sender.offer_table((_PREDICTIONS, 0, (part,)), rows=part.height, size_bytes=size)
        except Exception as error:  # noqa: BLE001 (never raises in the caller's path)
            self._sender.fault("table", f"a {type(table).__name__} was not logged: {error}")
            return []
        return ids

    def label(
        self,
        prediction_id: str,
        value: Any,
        *,
        outcome: str = "label",
        timestamp: datetime | str | float | None = None,
    ) -> None:
        """Log the truth for a prediction; it may be of another process, and long ago.

        Parameters
        ----------
        prediction_id
            What `log` returned.
        value
            The truth: a class or a number.
        outcome
            Which outcome of the monitor it is of.
        timestamp
            When it became known, if not now.
        """
        self._offer((_LABELS, time.time_ns(), (prediction_id, timestamp, value, outcome)))

    def event(
        self,
        kind: str,
        *,
        at: datetime | str | float | None = None,
        until: datetime | str | float | None = None,
        note: str = "",
        link: str = "",
    ) -> None:
        """Tell of a deployment, a schema change, a holiday or an outage, at a time (default: now) or over a span."""
        self._offer((_EVENTS, time.time_ns(), (kind, at, until, note or None, link or None)))

    @overload
    def watch(self, function: Callable[P, R], /) -> Callable[P, R]: ...
    @overload
    def watch(
        self,
        function: None = None,
        /,
        *,
        features: str | None = None,
        result: Callable[[Any], Any] | None = None,
        prediction_id: str | None = None,
        version: str | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
    def watch(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        features: str | None = None,
        result: Callable[[Any], Any] | None = None,
        prediction_id: str | None = None,
        version: str | None = None,
    ) -> Any:
        """Decorate a function, method or coroutine that makes predictions: every call is logged.

        Logged are the arguments as features, what it returned, how long it took, and the name of the exception if it
        raised one, which goes on to the caller unchanged. Generators are left as they are.

        Parameters
        ----------
        features
            The argument that holds the features. By default the only argument if it is a dict, an object with
            fields or a row; else all arguments by their names.
        result
            Turns what was returned into a class, a number, or a dict with `score`, `prediction`, `probabilities`.
            By default such values and objects with such fields are understood.
        prediction_id
            The argument that holds the prediction's id.
        version
            The model's version, if not the client's.
        """
        watch = Watch(self._watched, features=features, result=result, prediction_id=prediction_id, version=version)
        return watch.decorate if function is None else watch.decorate(function)

    def prediction(
        self,
        features: Any = None,
        *,
        prediction_id: str | None = None,
        timestamp: datetime | str | float | None = None,
        version: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Pending:
        """Log a prediction at the end of a `with` block, timed, whose results are set inside it.

        Parameters
        ----------
        features, prediction_id, timestamp, version, metadata
            As of `log`; the id is there on `prediction_id` after the block.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> import modelwatch
        >>> with modelwatch.Client("http://localhost:1", model="flight-delay") as client:
        ...     with client.prediction({"temp": 39.5}) as made:
        ...         made.score = 0.8
        ...     client.stats().logged
        ...     client.close(timeout=0.1)
        1
        """
        fields = {"prediction_id": prediction_id, "timestamp": timestamp, "version": version, "metadata": metadata}
        return Pending(self._watched, self._features(features), fields)

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything logged so far has been sent or dropped, at most `timeout` seconds.

        Returns
        -------
        bool
            False if time ran out (`close_seconds` by default); then sending goes on in the background.
        """
        return self._sender.flush(self._limits.close_seconds if timeout is None else timeout)

    async def aflush(self, timeout: float | None = None) -> bool:
        """As `flush`, without holding up the event loop."""
        import asyncio  # loaded anyway by whoever awaits

        return await asyncio.to_thread(self.flush, timeout)

    def close(self, timeout: float | None = None) -> None:
        """Send what is queued for at most `timeout` seconds (default: `close_seconds`), drop the rest, take no more."""
        self._sender.close(self._limits.close_seconds if timeout is None else timeout)
        atexit.unregister(self.close)

    def stats(self) -> Stats:
        """What became of the rows so far."""
        return self._sender.stats()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _log_fields(self, values: Mapping[str, Any]) -> str:
        """Log a prediction of fields that are understood and no longer the caller's."""
        now = time.time_ns()
        get = values.get
        given = get("prediction_id")
        prediction_id = new_id(now // 1_000_000) if given is None else self._text(given)
        note = (
            prediction_id, get("timestamp"), get("version") or self._version, get("features"), get("score"),
            get("prediction"), get("probabilities"), get("output"), get("latency_ms"), get("error"), get("metadata"),
        )  # fmt: skip
        self._offer((_PREDICTIONS, now, note))
        return prediction_id

    def _features(self, given: Any) -> Any:
        try:
            return features_of(given)
        except Exception as error:  # noqa: BLE001 (never raises in the caller's path)
            self._sender.fault("features", f"a prediction was logged without features: {error}")
            return None

    def _text(self, prediction_id: Any) -> str:
        try:
            return str(prediction_id)
        except Exception as error:  # noqa: BLE001 (never raises in the caller's path)
            self._sender.fault("id", f"a prediction got an id of its own, its {type(prediction_id).__name__}: {error}")
            return new_id(time.time_ns() // 1_000_000)


def _milliseconds(timestamp: Any, now_ns: int) -> int:
    """The time that an id carries; that of the call if the timestamp cannot be read, which the receiver judges."""
    try:
        moment = datetime.fromisoformat(timestamp) if isinstance(timestamp, str) else timestamp
        if isinstance(moment, datetime):
            zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            return int(zoned.timestamp() * 1000)
        return int(moment * 1000 if moment < _SECONDS_BELOW else moment)
    except Exception:  # noqa: BLE001 (never raises in the caller's path)
        return now_ns // 1_000_000
