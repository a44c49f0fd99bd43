"""The channel `log`: messages as text that a person can read, appended to a file of the home.

It needs no configuration and no network, and so is where everything goes by default.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from textwrap import wrap
from typing import Any

from modelwatch.act.outline import facts, headline, links, mark
from modelwatch.catalog import Catalog

FILE = "notifications.log"
WIDTH = 100
TAIL = 1 << 20  # bytes, about a thousand messages
_INDENT = " " * 4
_LABEL = 11
_MARK = re.compile(rb"^    Message +([0-9a-f]{16})\n", re.MULTILINE)


class LogChannel:
    """Appends each message to a file, once, and returns when it is on disk.

    The last line of a message holds a digest of its key. So the key becomes durable together with the
    message, which a second file of keys could not: a crash between the two would lose a message or repeat it.
    A process reads the keys in the file's tail before its first message; what may come again is what was sent
    last before a crash, and that stands there.

    Parameters
    ----------
    path
        The file; it may be renamed or removed at any time, the next message starts a new one.
    """

    name = "log"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[bytes] | None = None

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Append the message unless its key is there.

        Raises
        ------
        OSError
            If the file cannot be written or synced; then nothing of the message is left in it.
        """
        if self._known is None:
            self._known = set(_MARK.findall(self._tail(TAIL)))
        digest = mark(key).encode()
        lines: list[str] = []
        if digest not in self._known:
            lines = [*block(message), f"{_INDENT}{'Message':{_LABEL}}{digest.decode()}"]
        self._append("".join(f"{line}\n" for line in lines).encode())
        self._known.add(digest)

    def _append(self, text: bytes) -> None:
        is_new = not self._path.exists()
        before = self._tail(1)
        if before and text:
            text = (b"\n" if before == b"\n" else b" [cut off]\n\n") + text
        with self._path.open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            try:
                if file.write(text) != len(text):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
                # Also without text: the message may be from a process that died before it came here.
                os.fsync(file.fileno())
            except OSError:
                # What could not be synced must not be taken for delivered when it is tried again.
                with suppress(OSError):
                    file.truncate(size)
                raise
        if is_new:
            _sync_folder(self._path.parent)

    def _tail(self, size: int) -> bytes:
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - size))
                return file.read(size)
        except FileNotFoundError:
            return b""


def register(catalog: Catalog, home: Path) -> None:
    """Add the channel that writes to the home's `notifications.log`."""
    catalog.channels.add(LogChannel(home / FILE))


def block(message: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a message, at most 100 characters wide where the words allow.

    Column names and values come from data: what cannot be printed is escaped, so that no text can pass for
    another message or steer a terminal.
    """
    yield from _wrapped(f"{message['at']}  {headline(message)}", "", _INDENT)
    for fact in facts(message):
        yield from _field(fact.label, fact.text)
        for number, line in enumerate(fact.items):
            yield from _field("" if number else fact.label, f"- {line}", hanging=2)
    for name, address in links(message):
        yield from _field(name, address)


def _field(label: str, text: str, *, hanging: int = 0) -> list[str]:
    start = f"{_INDENT}{label:{_LABEL}}"
    return _wrapped(text, start, " " * (len(start) + hanging)) if text else []


def _wrapped(text: str, first: str, others: str) -> list[str]:
    # Words stay whole even where that takes more room: a name or an address cut in two is no use to anyone.
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable; other systems than POSIX do so by themselves."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
