"""The lake: per model a Delta table each of predictions, labels and quarantined rows, partitioned by day.

`flush` commits to it, everything later reads from it. A commit carries the transaction it stands for, so
that a repeat after a crash is recognised; it returns once disk and log are sure to hold it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError

from modelwatch.domain.columns import DAY_PARTITION
from modelwatch.domain.errors import DurabilityError, HomeError, InputError, UnknownName
from modelwatch.domain.names import ModelKey
from modelwatch.log.commits import (
    TRANSACTION_KEY,
    Commit,
    DataFile,
    entry_path,
    log_folder,
    read_commit,
    scan_files,
    versions,
)
from modelwatch.log.durable import Sync, sync_files, sync_path
from modelwatch.log.reject import clashing
from modelwatch.log.repair import repair
from modelwatch.log.tables import LABELS, PREDICTIONS, QUARANTINE

__all__ = ["LABELS", "PREDICTIONS", "QUARANTINE", "Lake"]

PART_ROWS = 500_000
_ATTEMPTS = 5
# Delta takes a path for a URL: it decodes %20, and panics or goes astray at the others.
_IMPOSSIBLE = frozenset("%[]\\^|\n")
_CONFIGURATION: dict[str, str | None] = {
    "delta.checkpointInterval": "20",
    # The fold reads the log from its cursor on; only retention, which knows the cursor, may remove entries.
    "delta.enableExpiredLogCleanup": "false",
    # Without it every entry would list the smallest and largest value of every column.
    "delta.dataSkippingStatsColumns": "timestamp",
}


class Lake:
    """All tables of one home.

    Parameters
    ----------
    root
        The folder of the lake; a table is at `<project>/<model>/<env>/<table>` below it.
    sync
        Forces one file or folder to the disk.
    """

    def __init__(self, root: Path, *, sync: Sync = sync_path) -> None:
        self._root = root.absolute()
        self._sync = sync
        self._confirmed: dict[Path, int] = {}
        impossible = sorted(_IMPOSSIBLE & set(str(self._root)))
        if impossible:
            told = f"the path {str(self._root.parent)!r} has the character {impossible[0]!r}"
            raise HomeError(f"{told}, which Delta cannot handle: choose another home")

    def path(self, key: ModelKey, table: str) -> Path:
        """The folder of a table."""
        return self._root / key.project / key.model / key.env / table

    def latest_version(self, key: ModelKey, table: str) -> int:
        """The newest version of a table, -1 if it has none."""
        return max(versions(self.path(key, table)), default=-1)

    def schema(self, key: ModelKey, table: str) -> dict[str, pl.DataType]:
        """Columns of a table with their types, none if it does not exist."""
        opened = self._open(key, table)
        return {} if opened is None else _schema_of(opened)

    def transaction_version(self, key: ModelKey, table: str, app_id: str) -> int | None:
        """The last version that a committed transaction of `app_id` had."""
        opened = self._open(key, table)
        return None if opened is None else opened.transaction_version(app_id)

    def commit(self, key: ModelKey, table: str, frame: pl.DataFrame, *, app_id: str, version: int) -> int:
        """Add rows to a table in one commit, unless the transaction is in it already.

        Parameters
        ----------
        frame
            The rows, with the column `day`. Columns that the table does not have are added to it.
        app_id, version
            The transaction; versions of an `app_id` only grow.

        Returns
        -------
        int
            The newest version of the table, which survives a power cut from now on.

        Raises
        ------
        InputError
            If a column is of another type than in the table.
        DurabilityError
            If the disk refuses, or what was written cannot be read again.
        """
        root = self.path(key, table)
        opened = self._open(key, table)
        if opened is not None:
            clashes = clashing(frame.schema, _schema_of(opened))
            if clashes:
                raise InputError(f"{table} of {key} cannot take these rows: {'; '.join(clashes.values())}")
        for _ in range(_ATTEMPTS):
            if self._has(key, table, app_id, version):
                return self.confirm(key, table)
            try:
                _write(root, frame, app_id, version)
            except CommitFailedError:
                # Another program was quicker. Its commit may delete or compact: look again, then write anew.
                continue
            except (DeltaError, OSError) as error:
                # An error may be reported though the commit has landed.
                if not self._has(key, table, app_id, version):
                    raise DurabilityError(f"{table} of {key} could not be written: {error}") from error
            return self.confirm(key, table)
        raise DurabilityError(f"{table} of {key} could not be written: others change it all the time; try again")

    def confirm(self, key: ModelKey, table: str) -> int:
        """Force the newest commit of ours, and all after it, to the disk; read it again.

        Returns
        -------
        int
            The newest version of the table.

        Raises
        ------
        DurabilityError
            If the disk refuses, or the commit does not read back whole.
        """
        root = self.path(key, table)
        newest = self.latest_version(key, table)
        if self._confirmed.get(root) == newest:
            return newest
        files: list[Path] = list(log_folder(root).glob("_last_checkpoint"))
        for version in reversed(versions(root)):
            commit = read_commit(root, version)
            cut = next((file.path for file in commit.files if not file.is_whole()), None)
            if cut is not None:
                raise DurabilityError(f"{cut} is not what was written: the disk may be full or failing")
            files += [entry_path(root, version), *(file.path for file in commit.files)]
            files += log_folder(root).glob(f"{version:020d}.checkpoint*")
            if commit.files:
                break
        sync_files(files, root=self._root, sync=self._sync)
        self._confirmed[root] = newest
        return newest

    def repair(self, key: ModelKey, table: str, *, forwarded: int | None) -> list[int]:
        """Set aside what a power cut tore of commits above the version `forwarded`; see `log.repair`."""
        return repair(self.path(key, table), forwarded=forwarded, sync=self._sync)

    def commits(self, key: ModelKey, table: str, *, after: int) -> list[Commit]:
        """Every commit with a version above `after`, oldest first; -1 for all.

        Raises
        ------
        HomeError
            If an entry is damaged or missing, so that rows would go uncounted.
        """
        root = self.path(key, table)
        found = [version for version in versions(root) if version > after]
        newest = self.latest_version(key, table)
        if found != list(range(after + 1, newest + 1)) or newest < after:
            lacking = f"the log of {table} of {key} ends at version {newest} or has a gap after version {after}"
            raise HomeError(f"{lacking}: restore it from a backup")
        return [read_commit(root, version) for version in found]

    def scan(self, key: ModelKey, table: str, *, days: Collection[date] | None = None) -> pl.LazyFrame:
        """All rows of a table, or those of some days, with the column `day`.

        Raises
        ------
        UnknownName
            If the table does not exist.
        """
        opened = self._open(key, table)
        if opened is None:
            raise UnknownName(f"there are no {table} of {key} yet")
        return scan_files(self._active(opened, self.path(key, table), days), schema=_schema_of(opened))

    def parts(
        self, key: ModelKey, table: str, *, days: Collection[date] | None = None, rows: int = PART_ROWS
    ) -> Iterator[pl.LazyFrame]:
        """What `scan` gives in parts of whole files, each but the last of at least `rows` rows; the last may be empty.

        Raises
        ------
        UnknownName
            If the table does not exist.
        """
        opened = self._open(key, table)
        if opened is None:
            raise UnknownName(f"there are no {table} of {key} yet")
        schema, together = _schema_of(opened), list[DataFile]()
        for file in self._active(opened, self.path(key, table), days):
            together.append(file)
            if sum(each.rows for each in together) >= rows:
                yield scan_files(together, schema=schema)
                together = []
        yield scan_files(together, schema=schema)

    def _active(self, opened: DeltaTable, root: Path, days: Collection[date] | None) -> list[DataFile]:
        actions = pl.DataFrame(opened.get_add_actions(flatten=True))
        if not actions.height:
            return []
        wanted = actions.select("path", f"partition.{DAY_PARTITION}", "num_records", "size_bytes")
        return [
            DataFile(root / unquote(path), day, rows or 0, size)
            for path, day, rows, size in wanted.iter_rows()
            if days is None or day in days
        ]

    def _has(self, key: ModelKey, table: str, app_id: str, version: int) -> bool:
        done = self.transaction_version(key, table, app_id)
        return done is not None and done >= version

    def _open(self, key: ModelKey, table: str) -> DeltaTable | None:
        """Open anew each time: a handle that is kept slows down with every commit."""
        root = self.path(key, table)
        if not versions(root):
            return None
        # Delta itself takes an empty newest entry for a commit without rows.
        read_commit(root, self.latest_version(key, table))
        try:
            return DeltaTable(str(root))
        except DeltaError as error:
            told = str(error).partition("\n")[0]
            raise HomeError(f"{table} of {key} cannot be opened: {told}; restore {root} from a backup") from error


def _schema_of(opened: DeltaTable) -> dict[str, pl.DataType]:
    schema = pl.Schema(opened.schema())
    return dict(schema)


def _write(root: Path, frame: pl.DataFrame, app_id: str, version: int) -> None:
    write_deltalake(
        str(root),
        frame,
        mode="append",
        schema_mode="merge",
        partition_by=[DAY_PARTITION],
        configuration=_CONFIGURATION,
        writer_properties=WriterProperties(compression="ZSTD"),
        commit_properties=CommitProperties(
            custom_metadata={TRANSACTION_KEY: app_id},
            app_transactions=[Transaction(app_id, version)],
        ),
    )
