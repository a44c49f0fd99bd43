"""Ids of single predictions, made in the caller's thread: UUIDs of version 7, which carry their time.

Those of whole files are made by `collect.ids`; a label that carries such an id knows the day of its prediction.
"""

from __future__ import annotations

import os
from random import Random

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
# Its own generator: a service that seeds the global one would make the same ids at every start.
_RANDOM = Random()  # noqa: S311 (ids are unique, not secret)
_bits = _RANDOM.getrandbits
os.register_at_fork(after_in_child=_RANDOM.seed)


def new_id(milliseconds: int) -> str:
    """A new UUIDv7 of a time, in milliseconds since 1970.

    Examples
    --------
    >>> from uuid import UUID
    >>> made = new_id(1_362_117_600_000)
    >>> UUID(made).version, made[:13]
    (7, '013d2489-2300')

    References
    ----------
    RFC 9562, section 5.7.
    """
    random = _bits(74)
    # 12 bits of it stand between version and variant, 62 after them.
    low = ((random >> 62) << 64) | (random & 0x3FFF_FFFF_FFFF_FFFF)
    text = f"{((milliseconds & 0xFFFF_FFFF_FFFF) << 80) | _VERSION_AND_VARIANT | low:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
