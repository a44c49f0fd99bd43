"""The parts of a monitor: which column plays which role, what is true, what is normal, where messages go.

`monitor` puts them together; every later stage reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelwatch.domain import columns as names
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Status

Class = bool | int | float | str

# The words that rules use for columns, and the columns that output and truth have in measurements.
ALL = "all"
FEATURES = "features"
RESERVED = (ALL, FEATURES, names.PREDICTION, names.LABEL)
# What slices can be made by.
SLICED_KINDS = (ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Names of the source's columns by the part they play; None where the source has no such column.

    `score` and `prediction` are None until `Monitor.resolve` if the specification does not name them; so is
    `negative` empty. `usual` are the roles whose columns nobody named: a file may lack them.
    """

    id: str
    timestamp: str
    version: str
    score: str | None
    prediction: str | None
    label: str
    latency_ms: str | None
    error: str | None
    threshold: float
    positive: Class
    negative: tuple[Class, ...] = ()
    usual: frozenset[str] = frozenset()

    def by_role(self) -> dict[str, str]:
        """The column of every role that has one, under the role's key in the specification."""
        columns = {
            "id": self.id,
            "timestamp": self.timestamp,
            "version": self.version,
            "score": self.score,
            "prediction": self.prediction,
            "label": self.label,
            "latency_ms": self.latency_ms,
            "error": self.error,
        }
        return {role: column for role, column in columns.items() if column is not None}

    @property
    def named(self) -> dict[str, str]:
        """The columns that somebody named, or the reference has, by role."""
        return {role: column for role, column in self.by_role().items() if role not in self.usual}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The truth: labels mostly come within `expected` and count until `horizon` (microseconds).

    Fewer than `minimum` labels in a window are too few to compute performance.
    """

    name: str
    expected: int
    horizon: int
    minimum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSource:
    """What is normal: a file, a window of served predictions, or nothing yet."""

    path: str | None = None
    window: Window | None = None

    def locate(self, folder: Path) -> Path | None:
        """The reference's file, seen from the folder of the specification."""
        return None if self.path is None else folder / self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The declared bounds of a numeric column, infinite where there is none."""

    column: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Messages of at least this severity (None: of any) go to these channels."""

    severity: Status | None
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long rows, base profiles and daily profiles are kept, in microseconds."""

    rows: int
    hourly: int
    daily: int
