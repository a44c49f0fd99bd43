"""The database of a home, opened: one connection that writes, any number that read.

`app` opens it once; each step of `work` is one `transaction`, every question of a person a `reading`.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine

from modelwatch.domain.errors import HomeError
from modelwatch.store import schema
from modelwatch.store.dialect import meaning, sqlite_engine
from modelwatch.store.metadata import Transaction

BUSY_SECONDS = 5.0


class State:
    """One open database.

    Other processes that want to write are kept out by the home's lock; should one slip through, a transaction
    that cannot begin within `busy_seconds` is refused. Use as a context manager, or `close` it.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from modelwatch.domain.names import ModelKey
    >>> from modelwatch.store import models
    >>> folder = tempfile.TemporaryDirectory()
    >>> with State.create(pathlib.Path(folder.name) / "state.sqlite") as state:
    ...     with state.transaction() as tx:
    ...         model_id = models.ensure(tx, ModelKey("flight-delay"))
    ...     with state.reading() as tx:
    ...         models.find(tx, ModelKey("flight-delay")) == model_id
    True
    >>> folder.cleanup()
    """

    def __init__(self, name: str, reader: Engine, writer: Engine | None) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer

    @classmethod
    def create(cls, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> State:
        """Make the database where there is none yet, and open it.

        A creation that was cut off is completed, a database that exists already is opened as by `open`.

        Raises
        ------
        HomeError
            If the file holds something else, is from a newer release, or the folder cannot be written.
        """
        return cls._prepare(path, sqlite_engine(path, "rwc", busy_seconds=busy_seconds), busy_seconds, create=True)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS) -> State:
        """Open the database at `path`, bringing its schema up to date unless `read_only`.

        Raises
        ------
        HomeError
            If there is none, it is damaged, busy or from a newer release; read-only also from an older one.
        """
        if not path.is_file():
            raise HomeError(
                f"there is no modelwatch state at {path}: check the home, or make one with modelwatch apply"
            )
        if not read_only:
            writer = sqlite_engine(path, "rw", busy_seconds=busy_seconds)
            return cls._prepare(path, writer, busy_seconds, create=False)
        state = cls(str(path), sqlite_engine(path, "ro", busy_seconds=busy_seconds), None)
        with state._closed_on_error(), state.reading() as tx:
            schema.check_current(tx, state._name)
        return state

    @classmethod
    def _prepare(cls, path: Path, writer: Engine, busy_seconds: float, *, create: bool) -> State:
        state = cls(str(path), sqlite_engine(path, "ro", busy_seconds=busy_seconds), writer)
        with state._closed_on_error(), state.transaction() as tx:
            schema.bring_up(tx, state._name, create=create)
        return state

    @contextmanager
    def transaction(self) -> Generator[Transaction]:
        """All that is written inside becomes durable at the end, or none of it if an exception leaves.

        Raises
        ------
        HomeError
            If the state is open for reading only, or another writer does not end in time.
        DurabilityError
            If the disk refuses; nothing of this transaction was kept.
        """
        if self._writer is None:
            raise HomeError(f"{self._name} is open for reading only: nothing can be changed")
        with meaning(self._name), self._writer.begin() as tx:
            yield tx

    @contextmanager
    def reading(self) -> Generator[Transaction]:
        """One unchanging view of what was committed before the first read; a writer goes on meanwhile."""
        with meaning(self._name), self._reader.begin() as tx:
            yield tx

    def close(self) -> None:
        """Close all connections, the writing one last: it moves the write-ahead log into the file."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()

    def __enter__(self) -> State:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _closed_on_error(self) -> Generator[None]:
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                self.close()
