"""Making files survive a power cut: their content and the folders that name them are forced to the disk.

`lake` calls it after every commit, since Delta on a local disk forces nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from modelwatch.domain.errors import DurabilityError

Sync = Callable[[Path], None]
# Many small files wait for the disk more than for the processor.
_AT_ONCE = 8


def sync_path(path: Path) -> None:
    """Force one file's content, or one folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(files: Iterable[Path], *, root: Path, sync: Sync = sync_path) -> None:
    """Force files to the disk, then every folder between them and `root`, `root` and its parent included.

    Raises
    ------
    DurabilityError
        If the disk refuses. It is not tried again: what a failed fsync left in memory may be gone.
    """
    content = list(files)
    folders = {parent for file in content for parent in file.parents if parent.is_relative_to(root)}
    folders |= {root, root.parent}
    deepest_first = sorted(folders, key=lambda folder: (-len(folder.parts), folder))
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(sync, content))
            list(pool.map(sync, deepest_first))
    except OSError as error:
        raise DurabilityError(
            f"the disk refused to keep {error.filename or root}: {error.strerror or error}"
        ) from error
