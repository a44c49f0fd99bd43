"""The spool: rows that are durable but not yet in the lake, one blob per request, in the order they came.

Between `collect` and the lake: a request is answered once `append` has returned, and deleted once the lake is
sure to have it. One connection writes and checkpoints, so that SQLite's file has exactly one writer; threads
take turns on it.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType

import polars as pl

from modelwatch.domain.errors import DiskFull, DurabilityError, HomeError, InputError
from modelwatch.domain.names import ModelKey
from modelwatch.log.durable import sync_files
from modelwatch.log.requests import Answer, Entry, Request
from modelwatch.log.tables import QUARANTINE

FORMAT = 1
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL, model TEXT NOT NULL, env TEXT NOT NULL, table_name TEXT NOT NULL,
    received INTEGER NOT NULL, rows INTEGER NOT NULL, body BLOB NOT NULL, checksum BLOB NOT NULL
);
CREATE TABLE forwarded (
    project TEXT NOT NULL, model TEXT NOT NULL, env TEXT NOT NULL, table_name TEXT NOT NULL,
    version INTEGER NOT NULL, PRIMARY KEY (project, model, env, table_name)
);
CREATE TABLE answer (
    project TEXT NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL,
    body_hash BLOB NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (project, route, key)
);
CREATE INDEX answer_at ON answer (at);
"""


class Spool:
    """The spool of one home.

    Parameters
    ----------
    path
        The SQLite file, made if it is missing.

    Raises
    ------
    HomeError
        If the file is damaged, from a newer release, or cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> home = tempfile.TemporaryDirectory()
    >>> key, rows = ModelKey("flight-delay"), pl.DataFrame({"x": [1.0, 2.0]})
    >>> with Spool(Path(home.name) / "spool.sqlite") as spool:
    ...     first = spool.append(key, "predictions", rows, received=0)
    ...     spool.pending()
    {(ModelKey(model='flight-delay', env='prod', project='default'), 'predictions'): 2}
    >>> home.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = RLock()
        with self._explained():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
            self._backlog = sum(self.pending().values())
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def backlog(self) -> int:
        """Rows that wait for the lake, over all tables."""
        return self._backlog

    @property
    def uuid(self) -> str:
        """The name under which the lake knows this spool's requests."""
        with self._explained():
            return str(self._connection.execute("SELECT value FROM meta WHERE name = 'uuid'").fetchone()[0])

    def renew(self) -> str:
        """Take a new name, as must be done when the spool comes back from a backup.

        Its next ids may have been used before, and the lake would take their requests for known ones.
        """
        renewed = str(uuid.uuid4())
        with self._transaction() as connection:
            connection.execute("UPDATE meta SET value = ? WHERE name = 'uuid'", (renewed,))
        return renewed

    def append(
        self,
        key: ModelKey,
        table: str,
        frame: pl.DataFrame,
        quarantine: pl.DataFrame | None = None,
        *,
        received: int,
    ) -> int:
        """Keep rows for a table, and the rows that were refused for its quarantine, both or neither.

        They survive a power cut once this returns.

        Parameters
        ----------
        received
            Their arrival, microseconds since 1970.

        Returns
        -------
        int
            The last request's id, greater than all before it; 0 if there are no rows.

        Raises
        ------
        DurabilityError
            If the disk refuses; then nothing was kept.
        """
        entries = [Entry(key, table, frame, received)]
        if quarantine is not None:
            entries.append(Entry(key, QUARANTINE, quarantine, received))
        return max(self.append_many(entries), default=0)

    def append_many(self, entries: Iterable[Entry], *, answers: Sequence[Answer] = ()) -> list[int]:
        """Keep several requests with one wait for the disk, all or none; those without rows are left out.

        Parameters
        ----------
        answers
            What was answered to requests that may be sent again; kept with the rows or not at all.
        """
        packed = [(entry, *entry.pack()) for entry in entries if entry.frame.height]
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?, ?, ?)", answers)
            numbers = [_insert(connection, *each) for each in packed]
        self._backlog += sum(entry.frame.height for entry, *_ in packed)
        return numbers

    def answer(self, project: str, route: str, key: str) -> Answer | None:
        """What was answered to the request of a project and route that came with this key, if it is known."""
        with self._explained():
            row = self._connection.execute(
                "SELECT * FROM answer WHERE project = ? AND route = ? AND key = ?", (project, route, key)
            ).fetchone()
        return None if row is None else Answer(*row)

    def forget_answers(self, before: int) -> None:
        """Forget what was answered before an instant, microseconds since 1970."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM answer WHERE at < ?", (before,))

    def peek(self, key: ModelKey, table: str, *, limit_rows: int) -> list[Request]:
        """The oldest requests of a table, of about `limit_rows` rows together, at least one if there is any.

        Raises
        ------
        HomeError
            If a request is not what was appended.
        """
        found: list[Request] = []
        with self._explained():
            cursor = self._connection.execute(
                "SELECT id, received, rows, body, checksum FROM request"
                " WHERE project = ? AND model = ? AND env = ? AND table_name = ? ORDER BY id",
                (key.project, key.model, key.env, table),
            )
            for number, *stored in cursor:
                request = Request(number, key, table, *stored)
                if not request.is_whole():
                    told = f"request {number} in {self._path} is damaged: its rows for {table} of {key}"
                    raise HomeError(f"{told} are not what was written; restore the spool from a backup")
                if found and sum(each.rows for each in found) + request.rows > limit_rows:
                    break
                found.append(request)
            cursor.close()
        return found

    def delete(self, key: ModelKey, table: str, *, upto: int, reached: Mapping[str, int]) -> None:
        """Forget the requests of a table with ids up to and including `upto`.

        Parameters
        ----------
        reached
            The version of each lake table that is sure to hold what the forgotten requests brought.
        """
        where = (key.project, key.model, key.env)
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM request WHERE project = ? AND model = ? AND env = ? AND table_name = ? AND id <= ?",
                (*where, table, upto),
            )
            connection.executemany(
                "INSERT INTO forwarded VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET version = max(version, excluded.version)",
                [(*where, name, version) for name, version in reached.items()],
            )
        waiting = self.pending()
        self._backlog = sum(waiting.values())
        if not waiting:
            with self._explained():
                self._connection.execute("PRAGMA incremental_vacuum").fetchall()
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def forwarded(self, key: ModelKey, table: str) -> int | None:
        """The version of a lake table up to which requests have been forgotten, None if none have.

        A newer entry of the lake's log that a power cut tore can be written again from here; this one cannot.
        """
        with self._explained():
            row = self._connection.execute(
                "SELECT version FROM forwarded WHERE project = ? AND model = ? AND env = ? AND table_name = ?",
                (key.project, key.model, key.env, table),
            ).fetchone()
        return None if row is None else int(row[0])

    def pending(self) -> dict[tuple[ModelKey, str], int]:
        """Rows that wait, by model and table, those that came first first."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT project, model, env, table_name, sum(rows) FROM request"
                " GROUP BY project, model, env, table_name ORDER BY min(id)"
            ).fetchall()
        try:
            return {(ModelKey(model, env, project), table): int(n) for project, model, env, table, n in rows}
        except InputError as error:
            raise self._damaged(error) from error

    def _prepare(self) -> None:
        with self._explained():
            self._connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._connection.execute("PRAGMA journal_mode = WAL")
            # FULL, since NORMAL does not wait for the disk at a commit.
            self._connection.execute("PRAGMA synchronous = FULL")
            version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            damage = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise self._damaged(damage)
        if version > FORMAT:
            raise HomeError(f"{self._path} has format {version}, this release knows {FORMAT}: upgrade modelwatch")
        if version == 0:
            with self._transaction() as connection:
                for statement in _SCHEMA.split(";")[:-1]:
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('uuid', ?)", (str(uuid.uuid4()),))
                connection.execute(f"PRAGMA user_version = {FORMAT}")
            sync_files([self._path], root=self._path.parent)

    def _damaged(self, how: object) -> HomeError:
        return HomeError(f"{self._path} is damaged ({how}): restore it from a backup")

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Take this thread's turn, and tell SQLite's errors as ours."""
        try:
            with self._turn:
                yield
        except sqlite3.OperationalError as error:
            if "unable to open" in str(error) or "locked" in str(error):
                raise HomeError(f"{self._path} cannot be opened: {error}") from error
            kind = DiskFull if error.sqlite_errorname == "SQLITE_FULL" else DurabilityError
            raise kind(f"{self._path} could not keep the rows: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error


def _insert(connection: sqlite3.Connection, entry: Entry, body: bytes, checksum: bytes) -> int:
    key = entry.key
    cursor = connection.execute(
        "INSERT INTO request (project, model, env, table_name, received, rows, body, checksum)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (key.project, key.model, key.env, entry.table, entry.received, entry.frame.height, body, checksum),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid
