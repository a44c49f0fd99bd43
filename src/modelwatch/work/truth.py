"""How a monitor's columns map to the log's, and what a stored prediction or label means to its task.

Used wherever rows are read by a monitor: at ingest, in the reference and in the label index.
"""

from __future__ import annotations

import json

import polars as pl

from modelwatch.collect.convert import convert
from modelwatch.collect.layout import Layout
from modelwatch.domain.columns import METADATA, PREDICTION, Task, class_text
from modelwatch.spec import Monitor


def layout_of(monitor: Monitor) -> Layout:
    """Where the monitor's source columns go in the log."""
    roles = monitor.roles
    return Layout(
        features=monitor.features,
        task=monitor.task,
        id=roles.id,
        timestamp=roles.timestamp,
        version=roles.version,
        score=roles.score,
        prediction=roles.prediction,
        label=roles.label,
        latency_ms=roles.latency_ms,
        error=roles.error,
        threshold=roles.threshold,
        positive=roles.positive,
        negative=roles.negative,
        outcome=monitor.outcome.name,
        declared=frozenset(roles.named.values()),
    )


def predicted(monitor: Monitor) -> pl.Expr:
    """1 where a canonical prediction's class is the positive one, 0 elsewhere; null for tasks without classes."""
    if monitor.task is not Task.BINARY:
        return pl.lit(None, dtype=pl.Float64)
    return (pl.col(PREDICTION) == class_text(monitor.roles.positive)).cast(pl.Float64)


def with_declared(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Logged rows with the features that were declared after they were logged: until then `metadata` keeps them."""
    if METADATA not in frame.columns or frame[METADATA].null_count() == frame.height:
        return frame
    found: list[pl.Series] = []
    for name, kind in layout.features.items():
        source = layout.stored(name)
        if source not in frame.columns or frame[source].null_count() == frame.height:
            text = frame[METADATA].str.json_path_match(f"$[{json.dumps(name)}]")
            found.append(convert(text, kind, text=True).values.alias(source))
    return frame.with_columns(found)
