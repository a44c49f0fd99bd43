"""The page `/metrics`: what went through the server, and the last figures of every model, within a bound.

Everything is in memory already, so that a scrape of a thousand models asks no database. One series too many can
fail a whole scrape, so what matters least is left out first and counted.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence

from modelwatch.domain.measurement import Status
from modelwatch.domain.names import ModelKey
from modelwatch.serve.counters import Served
from modelwatch.serve.families import ALIASES, FAMILIES, Sample, histogram, sample
from modelwatch.serve.figures import Figures
from modelwatch.serve.labels import of_model, of_version, with_more
from modelwatch.serve.live import LiveHome

MOST_SERIES = 60_000
TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def exposition(
    live: LiveHome,
    project: str,
    *,
    openmetrics: bool = False,
    asked: Sequence[str] = (),
    aliases: bool = False,
    most: int = MOST_SERIES,
) -> bytes:
    """The text of one scrape.

    Parameters
    ----------
    openmetrics
        Whether to write OpenMetrics 1.0.0 and not the text format 0.0.4.
    asked
        Columns that are told of whatever their state.
    aliases
        Whether to tell also by the other usual names, and the means of input columns.
    most
        Series of a scrape at the most.
    """
    page = _Page(most, aliases=aliases)
    for each in _watcher(live):
        page.add([each])
    figures = {key: live.figures().get(key, Figures()) for key in sorted(live.models()) if key.project == project}
    pending = [key for key in sorted(live.counters.models() - figures.keys()) if key.project == project]
    _fill(page, live, figures, pending, asked)
    page.add([sample("modelwatch_series_dropped_total", "", live.counters.drop(page.dropped))], always=True)
    return page.text(openmetrics=openmetrics).encode("utf-8", "replace")


def wants_openmetrics(accept: str) -> bool:
    """Whether an `Accept` header would rather have OpenMetrics than plain text.

    Examples
    --------
    >>> wants_openmetrics("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    True
    >>> wants_openmetrics("*/*")
    False
    """
    weights = _weights(accept)
    best = weights.get("application/openmetrics-text", 0.0)
    return best > 0 and best >= weights.get("text/plain", 0.0)


def wants_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` header takes gzip.

    Examples
    --------
    >>> wants_gzip("gzip, deflate"), wants_gzip("gzip;q=0"), wants_gzip("")
    (True, False, False)
    """
    weights = _weights(accept_encoding)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def packed(body: bytes) -> bytes:
    """A body as gzip, quickly rather than tightly, and the same bytes for the same text."""
    return gzip.compress(body, compresslevel=1, mtime=0)


class _Page:
    """The samples of one scrape by family, as long as there is room."""

    def __init__(self, most: int, *, aliases: bool) -> None:
        self.aliases = aliases
        self._lines: dict[str, list[str]] = {}
        self._room = most - 1  # the count of what was left out always has its place
        self.dropped = 0

    def add(self, samples: Sequence[Sample], *, always: bool = False) -> None:
        """Put samples on the page: all of them, or none if there is no room."""
        if self.aliases:
            samples = [
                *samples,
                *(sample(ALIASES[s.family], s.labels, s.value) for s in samples if s.family in ALIASES),
            ]
        if not always and len(samples) > self._room:
            self.dropped += len(samples)
            return
        self._room -= len(samples)
        for each in samples:
            self._lines.setdefault(each.family, []).append(each.line())

    def text(self, *, openmetrics: bool) -> str:
        parts: list[str] = []
        for family in FAMILIES:
            if family.name in self._lines:
                parts += (family.head(openmetrics=openmetrics), *self._lines[family.name])
        return "".join(parts) + ("# EOF\n" if openmetrics else "")


def _fill(
    page: _Page,
    live: LiveHome,
    figures: Mapping[ModelKey, Figures],
    pending: Iterable[ModelKey],
    asked: Sequence[str],
) -> None:
    """Put models on a page, what matters most first: incidents and counts of all, then figures, then columns."""
    lags, fates = live.lags(), _fates(live)
    for key, known in figures.items():
        page.add([*_of_model(key, known, lags), *fates.get(key, ())])
        page.add(_served(live, key, known.versions))
    for key in pending:
        page.add([*fates.get(key, ()), *_served(live, key, ())])
    for key, known in figures.items():
        page.add(known.of_whole(key))
    for key, known in figures.items():
        page.add(known.asked(key, asked))
    for status in (Status.CRITICAL, Status.WARNING):
        for key, known in figures.items():
            page.add(known.firing(key, status, without=asked))
    for key, known in figures.items() if page.aliases else ():
        page.add(known.inputs(key, asked))


def _of_model(key: ModelKey, figures: Figures, lags: Mapping[ModelKey, float]) -> list[Sample]:
    labels = of_model(key)
    found = [
        sample("ml_incidents_open", with_more(labels, severity=level), n) for level, n in figures.incidents.items()
    ]
    if key in lags:
        found.append(sample("modelwatch_window_lag_seconds", labels, lags[key]))
    return found


def _served(live: LiveHome, key: ModelKey, versions: Iterable[str]) -> list[Sample]:
    """The counters of a model; a version in use counts from zero, so that its series never vanishes."""
    counted = live.counters.served(key)
    found: list[Sample] = []
    for version in sorted({*counted, *versions}):
        found += _counted(of_version(key, version), counted.get(version) or live.counters.total(key, version))
    return found


def _counted(labels: str, served: Served) -> list[Sample]:
    return [
        sample("ml_predictions_total", labels, served.rows),
        sample("ml_prediction_errors_total", labels, served.errors),
        *histogram("ml_prediction_latency_seconds", labels, served.latency.tolist(), served.latency_sum),
    ]


def _fates(live: LiveHome) -> dict[ModelKey, list[Sample]]:
    found: dict[ModelKey, list[Sample]] = {}
    for (key, table), fate in live.counters.fates().items():
        for word in ("accepted", "duplicates", "quarantined"):
            labels = with_more(of_model(key), table=table, fate=word)
            found.setdefault(key, []).append(sample("modelwatch_rows_total", labels, getattr(fate, word)))
    return found


def _watcher(live: LiveHome) -> Iterable[Sample]:
    yield sample("modelwatch_spool_rows", "", live.home.spool.backlog)
    yield sample("modelwatch_queued_bytes", "", live.intake.queued_bytes)
    yield sample("modelwatch_models", "", len(live.models()))
    yield sample("modelwatch_models_in_trouble", "", len(live.troubles))
    yield sample("modelwatch_accepting", "", 0.0 if live.intake.trouble else 1.0)


def _weights(header: str) -> dict[str, float]:
    """The weight of every word of an `Accept` header, the largest where it stands more than once."""
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        word, *parameters = (each.strip() for each in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        found[word] = max(weight, found.get(word, 0.0))
    return found
