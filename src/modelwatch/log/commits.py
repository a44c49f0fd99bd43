"""The lake's log read entry by entry: what each commit added, whose it was, and whether it is whole.

`lake` checks its own commits with it; the fold of `profile` reads the new rows of a table from here, commit
by commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import polars as pl

from modelwatch.domain.columns import DAY_PARTITION
from modelwatch.domain.errors import HomeError

# Marks the transactions of `flush`; whatever changes rows without it is somebody else's.
APP_PREFIX = "modelwatch"
# In a commit's `commitInfo`, which Delta writes first: the transaction that the entry's last line must hold.
TRANSACTION_KEY = "modelwatch.transaction"
_FILE = "_file"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One Parquet file of a table, its day (None where the partition has none), rows and bytes."""

    path: Path
    day: date | None
    rows: int
    size: int

    def is_whole(self) -> bool:
        """Whether the file is there with all its bytes."""
        return self.path.is_file() and self.path.stat().st_size == self.size


@dataclass(frozen=True, slots=True)
class Commit:
    """One version of a table.

    `files` hold the rows that a flush of ours brought in, and are empty for any other commit. `foreign`
    says that it changed rows without being ours (an append or delete by another program): a finding,
    nothing to fold.
    """

    version: int
    foreign: bool
    files: tuple[DataFile, ...]
    transactions: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Rows in all files."""
        return sum(file.rows for file in self.files)

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows it brought in, in order of day.

        Parameters
        ----------
        columns
            The columns wanted, of which those are left out that the commit does not have yet; default: all.

        Raises
        ------
        HomeError
            If a file is gone or damaged.
        """
        frame = scan_files(self.files)
        try:
            there = frame.collect_schema().names()
            return frame.select(name for name in there if columns is None or name in columns).collect()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise HomeError(f"commit {self.version} cannot be read again: {error}") from error


def scan_files(files: Sequence[DataFile], *, schema: Mapping[str, pl.DataType] | None = None) -> pl.LazyFrame:
    """The rows of data files; with a schema, columns that a file lacks are null."""
    ordered = sorted(files, key=lambda file: (file.day or date.min, file.path))
    days = {str(file.path): file.day for file in ordered}
    columns = None if schema is None else {name: kind for name, kind in schema.items() if name != DAY_PARTITION}
    if not ordered:
        return pl.LazyFrame(schema={**(columns or {}), DAY_PARTITION: pl.Date()})
    # Not by Polars' own partitions: it would take any folder on the way named a=b for one.
    rows = pl.scan_parquet(
        [file.path for file in ordered],
        hive_partitioning=False,
        glob=False,
        schema=columns,
        missing_columns="insert" if columns else "raise",
        include_file_paths=_FILE,
    )
    return rows.with_columns(pl.col(_FILE).replace_strict(days, return_dtype=pl.Date).alias(DAY_PARTITION)).drop(_FILE)


class TornEntry(HomeError):
    """A log entry that is empty, cut short or incomplete, or whose files are."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is not whole: {reason}; restore the lake from a backup")


def log_folder(table: Path) -> Path:
    """Where a table keeps its log."""
    return table / "_delta_log"


def entry_path(table: Path, version: int) -> Path:
    """The log entry of a version."""
    return log_folder(table) / f"{version:020d}.json"


def versions(table: Path) -> list[int]:
    """All versions that have an entry, in order."""
    found = (path.stem for path in log_folder(table).glob("*.json"))
    return sorted(int(stem) for stem in found if stem.isdigit() and len(stem) == 20)


def read_commit(table: Path, version: int) -> Commit:
    """Read one log entry.

    Raises
    ------
    TornEntry
        If it is not whole.
    HomeError
        If it cannot be read at all.
    """
    path = entry_path(table, version)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise HomeError(f"the log entry {path} cannot be read: {error.strerror}") from error
    actions = _actions(path, content)
    infos = [action["commitInfo"] for action in actions if "commitInfo" in action]
    adds = [action["add"] for action in actions if "add" in action]
    removes = [action["remove"] for action in actions if "remove" in action]
    transactions = {action["txn"]["appId"]: int(action["txn"]["version"]) for action in actions if "txn" in action}
    ours = any(app.startswith(APP_PREFIX) for app in transactions)
    for info in infos:
        missing = _missing(info, adds, transactions)
        if missing:
            raise TornEntry(path, missing)
    changing = [add for add in adds if add.get("dataChange", True)]
    changes = bool(changing) or any(remove.get("dataChange", True) for remove in removes)
    return Commit(
        version=version,
        foreign=changes and not ours,
        files=tuple(_data_file(table, add) for add in changing if ours),
        transactions=transactions,
    )


def _actions(path: Path, content: bytes) -> list[dict[str, Any]]:
    if not content.strip(b"\x00 \n"):
        raise TornEntry(path, "it is empty")
    try:
        return msgspec.json.Decoder(dict[str, Any]).decode_lines(content)
    except msgspec.DecodeError as error:
        raise TornEntry(path, f"it is cut short or damaged ({error})") from None


def _missing(info: dict[str, Any], adds: list[dict[str, Any]], transactions: Mapping[str, int]) -> str:
    """What an entry that ends with a line lacks of what its own first line promises."""
    metrics: dict[str, Any] = info.get("operationMetrics", {})
    promised = int(metrics.get("num_added_files", len(adds)))
    if info.get("operation") == "WRITE" and promised != len(adds):
        return f"it names {len(adds)} of {promised} files"
    return "" if info.get(TRANSACTION_KEY, APP_PREFIX) in {*transactions, APP_PREFIX} else "its transaction is missing"


def _data_file(table: Path, add: dict[str, Any]) -> DataFile:
    day = add["partitionValues"].get(DAY_PARTITION)
    statistics: dict[str, Any] = msgspec.json.decode(add["stats"]) if add.get("stats") else {}
    return DataFile(
        path=table / unquote(add["path"]),
        day=None if not day else date.fromisoformat(day),
        rows=int(statistics.get("numRecords", 0)),
        size=int(add["size"]),
    )
