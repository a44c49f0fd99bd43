"""What a comparison found, as plain values: for JSON, for a data frame and for a person's eyes.

`engine` makes it; the command line prints it, a notebook shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelwatch.domain.errors import InputError
from modelwatch.domain.measurement import Status, worst
from modelwatch.show.comparison import comparison_lines
from modelwatch.show.sides import Sides

if TYPE_CHECKING:
    import polars as pl

VERSION = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the data itself; `column` is None for the table as a whole."""

    check: str
    column: str | None
    status: Status
    message: str
    value: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """One entry of `quality` in the JSON."""
        return {
            "check": self.check,
            "column": self.column,
            "status": str(self.status),
            "value": self.value,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMetric:
    """One distance of one column; `value` is None exactly when `reason` says why it was not computed.

    `threshold` is what it had to pass, be it level or noise floor, None where no rule judges it.
    """

    value: float | None
    definition: str
    status: Status
    title: str = ""
    threshold: float | None = None
    noise_floor: float | None = None
    p_value: float | None = None
    provisional: bool = False
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """One entry of `metrics` in the JSON."""
        return {
            "title": self.title,
            "value": self.value,
            "threshold": self.threshold,
            "noise_floor": self.noise_floor,
            "p_value": self.p_value,
            "definition": self.definition,
            "status": str(self.status),
            "provisional": self.provisional,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedColumn:
    """One column; `missing` are the shares of missing values, None for a side without column or rows.

    `status` is the worst of what was found; `drifted` is None where drift could not be judged.
    """

    name: str
    kind: str
    status: Status
    drifted: bool | None
    metrics: Mapping[str, ComparedMetric]
    missing: tuple[float | None, float | None]
    unseen: tuple[str, ...] = ()
    reason: str | None = None
    drawing: Sides | None = None

    def to_dict(self) -> dict[str, Any]:
        """One entry of `columns` in the JSON."""
        return {
            "column": self.name,
            "kind": self.kind,
            "status": str(self.status),
            "drifted": self.drifted,
            "metrics": {name: metric.to_dict() for name, metric in self.metrics.items()},
            "missing": {"reference": self.missing[0], "current": self.missing[1]},
            "unseen": list(self.unseen),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison:
    """The result of `compare`.

    Attributes
    ----------
    reference_rows, current_rows : int
        Rows of either side.
    columns : tuple of ComparedColumn
        In the order of the reference, then those only the current side has.
    quality : tuple of Finding
        What is wrong with the data itself, schema included.
    noise : str
        What the noise floors rest on: `time_blocks`, or `independent_rows` where nothing better is known.
    notes : tuple of str
        What a reader must know to trust the result.
    """

    reference_rows: int
    current_rows: int
    columns: tuple[ComparedColumn, ...]
    quality: tuple[Finding, ...]
    noise: str
    notes: tuple[str, ...] = ()

    @property
    def drifted_share(self) -> float | None:
        """Share of the columns in drift among those that could be judged, None if there is none."""
        judged = [column.drifted for column in self.columns if column.drifted is not None]
        return sum(judged) / len(judged) if judged else None

    @property
    def status(self) -> Status:
        """The worst of columns and findings; `not_computed` if nothing fires and nothing could be judged."""
        found = worst(*(each.status for each in (*self.columns, *self.quality) if each.status.firing))
        return Status.NOT_COMPUTED if found is Status.OK and self.drifted_share is None else found

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON says it: no NaN, no infinity."""
        return {
            "version": VERSION,
            "reference": {"rows": self.reference_rows},
            "current": {"rows": self.current_rows},
            "columns": [column.to_dict() for column in self.columns],
            "drifted_share": self.drifted_share,
            "multivariate": {
                "status": str(Status.NOT_COMPUTED),
                "reason": "distances over several columns at once are not available yet",
            },
            "quality": [finding.to_dict() for finding in self.quality],
            "noise": self.noise,
            "notes": list(self.notes),
            "status": str(self.status),
        }

    def to_frame(self) -> pl.DataFrame:
        """One row per column and metric."""
        import polars as pl

        rows = [
            {"column": column.name, "kind": column.kind, "metric": name, **metric.to_dict()}
            for column in self.columns
            for name, metric in column.metrics.items()
        ]
        texts = ("column", "kind", "metric", "status", "reason", "definition")
        numbers = ("value", "noise_floor", "p_value")
        schema = {
            **dict.fromkeys(texts[:3], pl.String),
            **dict.fromkeys(numbers, pl.Float64),
            "provisional": pl.Boolean,
            **dict.fromkeys(texts[3:], pl.String),
        }
        return pl.DataFrame(rows, schema=schema)

    def save_html(self, path: str | Path) -> None:
        """Write the result as one HTML file that needs nothing else: no network, no other file.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from modelwatch.show.report.comparison import comparison_page

        try:
            Path(path).write_text(comparison_page(self.to_dict(), self._drawings()), encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}") from None

    def _repr_html_(self) -> str:
        """How a notebook shows it: the same page, in a frame of its own, so that neither styles the other."""
        from modelwatch.show.report.comparison import comparison_frame

        return comparison_frame(self.to_dict(), self._drawings())

    def _drawings(self) -> dict[str, Sides]:
        return {column.name: column.drawing for column in self.columns if column.drawing is not None}

    def __repr__(self) -> str:
        return "\n".join(comparison_lines(self.to_dict()))
