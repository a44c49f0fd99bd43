"""Where SQL engines differ: how to connect and begin, how to insert or replace a row, what their errors mean.

The only file of the store that knows an engine by name; all other files speak SQLAlchemy Core.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from modelwatch.domain.errors import DurabilityError, HomeError, ModelwatchError

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

# FULL: in WAL, NORMAL does not sync at commit. No mmap: a failed read of a mapped page kills the process.
_PRAGMAS = {
    "rw": ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "mmap_size = 0"),
    "ro": ("query_only = ON", "mmap_size = 0"),
}


def upsert(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; where a primary key exists already, overwrite that row's other columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = _INSERT[tx.dialect.name](table)
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        insert = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    tx.execute(insert, list(rows))


def insert_new(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; leave alone what is there already under the same primary or unique key."""
    if rows:
        tx.execute(_INSERT[tx.dialect.name](table).on_conflict_do_nothing(), list(rows))


def sqlite_engine(path: Path, mode: Literal["ro", "rw", "rwc"], *, busy_seconds: float) -> Engine:
    """An engine over one SQLite file: `ro` reads, `rw` writes on one connection, `rwc` may make the file."""

    def connect() -> sqlite3.Connection:
        # isolation_level None: Python's driver must not begin transactions of its own, `begin` below does.
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in _PRAGMAS[mode[:2]]:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def begin(connection: Connection) -> None:
        # IMMEDIATE takes the write lock at once: a deferred BEGIN fails half-way when two want to write.
        connection.exec_driver_sql("BEGIN" if mode == "ro" else "BEGIN IMMEDIATE")

    # One connection writes and checkpoints; readers open the file read-only and so never checkpoint: SQLite
    # before 3.51.3 can corrupt a database when two connections reset the write-ahead log.
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=5 if mode == "ro" else 1,
        max_overflow=10 if mode == "ro" else 0,
        pool_timeout=busy_seconds,
        json_serializer=partial(json.dumps, allow_nan=False),
    )
    event.listen(engine, "begin", begin)
    return engine


@contextmanager
def meaning(database: str) -> Generator[None]:
    """Turn an engine's error about the database as a whole into ours; those about a statement pass."""
    try:
        yield
    except PoolTimeout as error:
        raise HomeError(f"{database} is busy: another part of this process is still writing; try again") from error
    except (DBAPIError, sqlite3.Error) as error:
        ours = _ours(error.orig if isinstance(error, DBAPIError) else error, database)
        if ours is None:
            raise
        raise ours from error


def _ours(error: BaseException | None, database: str) -> ModelwatchError | None:
    if not isinstance(error, sqlite3.Error):
        return None
    name: str = getattr(error, "sqlite_errorname", "")
    match name.split("_")[1:2]:
        case ["BUSY" | "LOCKED"]:
            return HomeError(f"{database} is busy: another process is writing to it; wait until it ends and try again")
        case ["READONLY"]:
            return HomeError(f"{database} cannot be written: it is open for reading only, or its folder is ({error})")
        case ["CANTOPEN"]:
            return HomeError(f"{database} cannot be opened ({error}): check that it exists and who may read its folder")
        case ["NOTADB" | "CORRUPT"]:
            return HomeError(f"{database} is damaged ({error}): restore it from a backup")
        case ["FULL" | "IOERR"]:
            return DurabilityError(f"{database} could not be written to disk ({error}): the last step was not kept")
        case _:
            return None
