"""One batch of rows under conversion: hands out converted columns and gathers the faults found on the way.

`canonical` and `labels` drive it; its outcome is the accepted rows and the quarantined ones.
"""

from __future__ import annotations

import polars as pl

from modelwatch.collect.convert import convert
from modelwatch.collect.ids import row_ids
from modelwatch.collect.layout import INSTANT, SOURCE_ROW
from modelwatch.collect.quarantine import FaultKind, RowFaults, quarantined
from modelwatch.collect.refusal import nothing, shown
from modelwatch.domain.columns import MODEL_VERSION, PREDICTION_ID, TIMESTAMP, ColumnKind
from modelwatch.domain.instants import DAY, MINUTE, format_instant

FUTURE_TOLERANCE = 5 * MINUTE


class Batch:
    """A frame as it came, with what is known of its source.

    Parameters
    ----------
    received
        Time of arrival, microseconds since 1970.
    digest
        Names the content of the source, the same whenever the same content comes.
    first_row
        Number of the frame's first row in the source; the first of all is 1.
    text
        Whether the source knows no types (CSV).
    """

    def __init__(self, frame: pl.DataFrame, *, received: int, digest: str, first_row: int, text: bool) -> None:
        self.frame = with_flat_features(frame)
        self.rows = pl.int_range(first_row, first_row + frame.height, eager=True)
        self.received = received
        self.digest = digest
        self.text = text
        self._faults: list[RowFaults] = []

    def __contains__(self, column: object) -> bool:
        return column in self.frame.columns

    def column(self, source: str | None) -> pl.Series:
        """A column as it came; nulls if the source does not have it."""
        if source is None or source not in self:
            return nothing(pl.Null(), self.frame.height)
        return self.frame[source]

    def read(self, source: str | None, kind: ColumnKind) -> pl.Series:
        """A column as a declared kind."""
        converted = convert(self.column(source), kind, text=self.text)
        self.refuse(source or "", converted.refused)
        return converted.values

    def refuse(self, field: str, reasons: pl.Series | None) -> None:
        """Note the values of a column that are not of its kind."""
        if reasons is not None:
            self._faults.append(RowFaults(field, FaultKind.TYPE, reasons))

    def fault(self, field: str, kind: FaultKind, where: pl.Series, reason: str) -> None:
        """Note a fault of every row in which `where` is true; `{}` in the reason stands for the value."""
        places = where.fill_null(value=False).arg_true()
        if places.len():
            told = [reason.replace("{}", value) for value in shown(self.frame[field].gather(places))]
            reasons = nothing(pl.String(), self.frame.height).scatter(places, pl.Series(told, dtype=pl.String))
            self._faults.append(RowFaults(field, kind, reasons))

    def require(self, field: str, values: pl.Series, refused: pl.Series | None) -> None:
        """Note every row without a value, and not for a refused one, of a field that each must have."""
        empty = values.is_null() if refused is None else values.is_null() & refused.is_null()
        self.fault(field, FaultKind.MISSING, empty, f"the column {field} has no value")

    def times(self, source: str | None) -> pl.Series:
        """Event times; of a source without them, the time of arrival."""
        if source is None or source not in self:
            return pl.repeat(self.received, self.frame.height, dtype=pl.Int64, eager=True).cast(INSTANT)
        times = self._read_required(source, ColumnKind.DATETIME)
        instants = times.to_physical()
        self.fault(source, FaultKind.VALUE, instants < 0, "{} is before 1970")
        zero = "{} is the first day of 1970: a zero or a number of another unit, not a time"
        self.fault(source, FaultKind.VALUE, (instants >= 0) & (instants < DAY), zero)
        late = f"{{}} is more than five minutes after its arrival at {format_instant(self.received)}"
        self.fault(source, FaultKind.FUTURE, instants > self.received + FUTURE_TOLERANCE, late)
        return times

    def ids(self, source: str | None, times: pl.Series) -> pl.Series:
        """Ids as text; of a source without them, ids made from its content and the row's number."""
        if source is None or source not in self:
            arrival = pl.Series([self.received]).cast(INSTANT).item()
            return row_ids(times.fill_null(arrival), self.rows, digest=self.digest)
        ids = self._read_required(source, ColumnKind.CATEGORICAL)
        self.fault(source, FaultKind.VALUE, ids == "", "the id is empty")
        return ids

    def _read_required(self, source: str, kind: ColumnKind) -> pl.Series:
        converted = convert(self.column(source), kind, text=self.text)
        self.refuse(source, converted.refused)
        self.require(source, converted.values, converted.refused)
        return converted.values

    def finish(
        self, columns: dict[str, pl.Series], types: dict[str, pl.DataType], *, table: str
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Put the columns together.

        Returns
        -------
        tuple of DataFrame and DataFrame
            The rows without a fault, and the others as rows of the quarantine table.
        """
        whole = pl.DataFrame([column.cast(types[name]).alias(name) for name, column in columns.items()])
        whole = whole.with_columns(self.rows.alias(SOURCE_ROW)).select(*types)
        known = pl.DataFrame(
            [
                self.rows.alias("row"),
                columns[PREDICTION_ID].alias(PREDICTION_ID),
                columns[TIMESTAMP].alias(TIMESTAMP),
            ]
        )
        version = columns.get(MODEL_VERSION, nothing(pl.String(), whole.height))
        known = known.with_columns(version.alias(MODEL_VERSION))
        quarantine, fine = quarantined(
            self.frame, self._faults, known, table=table, source=self.digest, received=self.received
        )
        return whole.filter(fine), quarantine


def with_flat_features(frame: pl.DataFrame) -> pl.DataFrame:
    """Lift the fields of a `features` object to columns; a name that is taken becomes `features.<name>`."""
    if "features" not in frame.columns or not isinstance(frame["features"].dtype, pl.Struct):
        return frame
    taken = set(frame.columns)
    fields = frame["features"].struct.unnest()
    lifted = fields.rename({name: f"features.{name}" if name in taken else name for name in fields.columns})
    return frame.drop("features").hstack(lifted.get_columns())
