"""Rows of any source in the canonical form of the table they are for: what the spool takes.

`intake` converts requests by it, `app` files and what the client hands over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import polars as pl

from modelwatch.collect.batch import with_flat_features
from modelwatch.collect.canonical import Canonical, canonical_predictions
from modelwatch.collect.expected import check_labels, check_predictions
from modelwatch.collect.files import count_rows, digest_of, is_untyped, read_batches
from modelwatch.collect.labels import canonical_labels
from modelwatch.collect.layout import Layout
from modelwatch.log.tables import LABELS

Progress = Callable[[int, int | None, str], None]


def canonical_rows(  # noqa: PLR0913 (what the rows are for, and where they come from)
    frame: pl.DataFrame,
    layout: Layout,
    table: str,
    *,
    outcome: str,
    received: int,
    digest: str,
    first_row: int = 1,
    text: bool = False,
) -> Canonical:
    """Bring predictions or labels into canonical form; parameters as of `canonical_predictions`.

    Examples
    --------
    >>> from modelwatch.domain.columns import Task
    >>> frame = pl.DataFrame({"prediction_id": ["a"], "label": [1]})
    >>> layout = Layout(features={}, task=Task.BINARY)
    >>> canonical_rows(frame, layout, "labels", outcome="label", received=0, digest="file").frame["label"].to_list()
    [1.0]
    """
    if table == LABELS:
        return canonical_labels(
            frame, layout, outcome=outcome, received=received, digest=digest, first_row=first_row, text=text
        )
    return canonical_predictions(frame, layout, received=received, digest=digest, first_row=first_row, text=text)


def check_files(paths: Sequence[Path], layout: Layout, table: str, *, outcome: str) -> tuple[str, ...]:
    """Whether files have the columns that they must have; returns what else they lack, as warnings.

    Raises
    ------
    InputError
        If a file cannot be read, or lacks a column.
    """
    return tuple(chain.from_iterable(_checked(path, layout, table, outcome) for path in paths))


def canonical_files(
    paths: Sequence[Path],
    layout: Layout,
    table: str,
    *,
    outcome: str,
    clock: Callable[[], int],
    progress: Progress | None = None,
) -> Iterator[tuple[Canonical, int]]:
    """Read files batch by batch, each with its arrival by the clock, microseconds since 1970.

    Parameters
    ----------
    progress
        Told, once the caller is done with a batch, of the rows so far, of all rows if they are known, and of the file.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    total, done = _total(paths), 0
    for path in paths:
        digest, text, first = digest_of(path), is_untyped(path), 1
        for batch in read_batches(path):
            received = clock()
            yield (
                canonical_rows(
                    batch, layout, table, outcome=outcome, received=received, digest=digest, first_row=first, text=text
                ),
                received,
            )
            first, done = first + batch.height, done + batch.height
            if progress is not None:
                progress(done, total, f"read {path.name}")


def _checked(path: Path, layout: Layout, table: str, outcome: str) -> tuple[str, ...]:
    columns = with_flat_features(next(read_batches(path))).columns
    if table == LABELS:
        return check_labels(columns, layout, outcome=outcome, source=path.name)
    return check_predictions(columns, layout, source=path.name)


def _total(paths: Sequence[Path]) -> int | None:
    counts = [count_rows(path) for path in paths]
    return None if None in counts else sum(count for count in counts if count is not None)
