"""One process at a time in a home: its SQLite files have exactly one writer.

Whatever opens a home to write takes the lock first and holds it until it is done.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from modelwatch.domain.errors import HomeError


class HomeLock:
    """A lock on a file that ends with the process, however it ends.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home, HomeLock.acquire(Path(home) / "lock"):
    ...     int((Path(home) / "lock").read_text()) == os.getpid()
    True
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path) -> HomeLock:
        """Take the lock.

        Parameters
        ----------
        path
            The file; it holds the process id of whoever has the lock, and stays when the lock is given back.

        Raises
        ------
        HomeError
            If another process has the lock, with that process's id, or the file cannot be opened.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise HomeError(f"the lock {path} cannot be opened: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            told = f"the home {path.parent} is in use by process {holder}"
            raise HomeError(f"{told}: wait until it is done, or stop it") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(path, descriptor)

    def release(self) -> None:
        """Give the lock back; without effect if it was given back before."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
