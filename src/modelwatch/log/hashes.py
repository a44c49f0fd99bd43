"""A set of 64-bit hashes, each with what came with it first, in about 16 bytes of memory an entry.

`recall` remembers rows by it: a dict of Python numbers would take ten times as much.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
_Run = tuple[Hashes, Hashes]


class HashTable:
    """Values by hash; the first value of a hash stays.

    Kept as sorted runs, each at least twice as long as the next, so that adding is cheap on the average and
    looking something up is a few binary searches.

    Examples
    --------
    >>> table = HashTable()
    >>> keys = np.array([5, 7, 5], dtype=np.uint64)
    >>> table.first(keys, np.array([1, 2, 3], dtype=np.uint64))
    (array([ True,  True, False]), array([1, 2, 1], dtype=uint64))
    >>> len(table)
    2
    """

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def __len__(self) -> int:
        return sum(len(keys) for keys, _ in self._runs)

    def first(self, keys: Hashes, values: Hashes) -> tuple[npt.NDArray[np.bool_], Hashes]:
        """Add what is new, and tell which entries were and the first value of each key.

        Parameters
        ----------
        keys, values
            Shape (n,).

        Returns
        -------
        tuple
            Two arrays of shape (n,): whether this was the key's first entry ever, and the value of that first one.
        """
        unique, places, back = np.unique(keys, return_index=True, return_inverse=True)
        known, firsts = self._look(unique, values[places])
        fresh = ~known
        self._add(unique[fresh], firsts[fresh])
        new = np.zeros(len(keys), dtype=np.bool_)
        new[places[fresh]] = True
        return new, firsts[back]

    def has(self, keys: Hashes) -> npt.NDArray[np.bool_]:
        """Which keys are in it; shape (n,)."""
        return self._look(keys, keys)[0]

    def _look(self, keys: Hashes, otherwise: Hashes) -> tuple[npt.NDArray[np.bool_], Hashes]:
        known, found = np.zeros(len(keys), dtype=np.bool_), otherwise.copy()
        for run, values in self._runs:
            places = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            hit = run[places] == keys
            known |= hit
            found[hit] = values[places[hit]]
        return known, found

    def _add(self, keys: Hashes, values: Hashes) -> None:
        if not len(keys):
            return
        self._runs.append((keys, values))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            both = [np.concatenate(each) for each in zip(*self._runs[-2:], strict=True)]
            # Two sorted runs: the stable sort merges them in one pass.
            order = np.argsort(both[0], kind="stable")
            self._runs[-2:] = [(both[0][order], both[1][order])]
