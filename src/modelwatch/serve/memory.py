"""The memory of a process that takes large bodies for months: what is freed goes back to the machine.

`listen` calls it before the first request.
"""

from __future__ import annotations

import ctypes

LARGE_BYTES = 1 << 20
ARENAS = 2
# As glibc's malloc.h numbers them.
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8


def return_what_is_freed() -> bool:
    """Have the C library give large blocks back at once, and share its pools among threads.

    By itself glibc keeps blocks of up to 32 MB for later, in a pool for each of many threads: under a flood of large
    bodies that came to several hundred megabytes which nobody used.

    Returns
    -------
    bool
        Whether the C library has these settings; others do without.

    Examples
    --------
    >>> return_what_is_freed() in (True, False)
    True
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(change(_MMAP_THRESHOLD, LARGE_BYTES)) and bool(change(_ARENA_MAX, ARENAS))
