"""The front door for one-off comparisons: two tables in, one `Comparison` out, nothing kept.

Light to import; what computes is loaded at the first call.
"""

from __future__ import annotations

from collections.abc import Sequence

from modelwatch.compare.result import Comparison


def compare(
    *,
    reference: object,
    current: object,
    columns: Sequence[str] | None = None,
    time: str | None = None,
    timezone: str = "UTC",
) -> Comparison:
    """Compare current data with a reference: drift of every column, and what is wrong with the data itself.

    Parameters
    ----------
    reference, current
        A pandas or Polars data frame, an Arrow table, a DuckDB relation or anything else that offers
        `__arrow_c_stream__`, a dict of arrays, or the path of a Parquet, CSV, JSON lines or Arrow file.
    columns
        The columns to compare; by default all of both sides. Kinds follow from the reference.
    time
        A column with each row's time. If the reference has ten days or more, noise floors come from how its
        days differ from each other; otherwise rows are taken to be independent.
    timezone
        Whose midnight those days start at.

    Returns
    -------
    Comparison
        With a verdict per column: a distance counts if it passes its threshold (psi 0.1 warning, 0.25
        critical), its noise floor, and the false-discovery rate over all columns.

    Raises
    ------
    InputError
        If a side is no table, or its file cannot be read.
    UnknownName
        If a column in `columns` or `time` does not exist.

    Examples
    --------
    >>> before = {"age": list(range(20, 70)) * 20, "plan": ["basic", "pro"] * 500}
    >>> after = {"age": list(range(40, 90)) * 20, "plan": ["basic", "pro"] * 500}
    >>> result = compare(reference=before, current=after)
    >>> {column.name: column.status.value for column in result.columns}
    {'age': 'critical', 'plan': 'ok'}
    """
    from modelwatch.compare.engine import Request, compare_tables
    from modelwatch.compare.tables import table_of

    if isinstance(columns, str):
        columns = [columns]
    request = Request(
        reference=table_of(reference),
        current=table_of(current),
        columns=columns,
        time=time,
        timezone=timezone,
    )
    return compare_tables(request)
