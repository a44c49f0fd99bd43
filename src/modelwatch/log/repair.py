"""What a power cut leaves of the newest entries of a table's log, and how it is set aside.

Delta on a local disk forces nothing, so the newest entry may be empty or cut short, or whole but naming
files that are not. `flush` asks before it commits; the rows are still in the spool and are then written
again.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import polars as pl

from modelwatch.domain.columns import CONTENT_HASH
from modelwatch.domain.errors import HomeError
from modelwatch.log.commits import entry_path, log_folder, read_commit, versions
from modelwatch.log.durable import Sync, sync_files, sync_path
from modelwatch.log.identity import content_hash
from modelwatch.log.tables import TABLES

_TORN = ".torn"


def repair(table: Path, *, forwarded: int | None, sync: Sync = sync_path) -> list[int]:
    """Set aside the newest log entries that are not whole, and what was made from them.

    Parameters
    ----------
    table
        The table's folder, which is named as the table.
    forwarded
        The version that is sure to be on the disk, None if there is none. An entry up to it that is not
        whole is damage of another sort, and is left alone.

    Returns
    -------
    list of int
        The versions that were set aside, newest first.

    Raises
    ------
    HomeError
        If an entry is not whole and its rows are no longer in the spool.
    """
    sure = -1 if forwarded is None else forwarded
    removed: list[int] = []
    for version in reversed([version for version in versions(table) if version > sure]):
        reason = _torn(table, version)
        if reason is None:
            break
        if forwarded is None and version > 0:
            raise HomeError(f"{reason}; the spool, which seems to be new, does not have its rows")
        _set_aside(entry_path(table, version))
        removed.append(version)
    if _repair_checkpoints(table, sure, removed) or removed:
        sync_files([], root=log_folder(table), sync=sync)
    return removed


def _torn(table: Path, version: int) -> str | None:
    """Why an entry, or a file that it names, is not whole."""
    try:
        commit = read_commit(table, version)
        rows = commit.read()
    except HomeError as error:
        return str(error)
    if rows.height != commit.rows:
        return f"the files of version {version} of {table} hold {rows.height} of {commit.rows} rows"
    hashes = content_hash(rows, without=TABLES[table.name].without)
    if not hashes.equals(rows[CONTENT_HASH]):
        return f"the files of version {version} of {table} hold other rows than were written"
    return None


def _repair_checkpoints(table: Path, sure: int, removed: list[int]) -> bool:
    """Set aside checkpoints that are not whole or stand on entries that are gone; Delta does without them."""
    folder = log_folder(table)
    stale = [path for path in folder.glob("*.checkpoint*.parquet") if _is_stale(path, sure, removed)]
    for path in stale:
        _set_aside(path)
    pointer = folder / "_last_checkpoint"
    if pointer.is_file() and not _points_somewhere(pointer):
        pointer.unlink()
        return True
    return bool(stale)


def _points_somewhere(pointer: Path) -> bool:
    try:
        version = msgspec.json.decode(pointer.read_bytes())["version"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return False
    return any(pointer.parent.glob(f"{version:020d}.checkpoint*.parquet"))


def _is_stale(checkpoint: Path, sure: int, removed: list[int]) -> bool:
    version = int(checkpoint.name.partition(".")[0])
    if version <= sure:
        return False
    try:
        pl.read_parquet(checkpoint, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return True
    return version in removed


def _set_aside(path: Path) -> None:
    os.replace(path, path.with_name(path.name + _TORN))
