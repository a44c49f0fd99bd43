"""Forget what was folded of a model, so that the next run reads the kept log again from its first row.

`apply` calls it when a column is counted on other bins than before: counts on two grids cannot be added.
"""

from __future__ import annotations

from modelwatch.store.cursors import CURSOR
from modelwatch.store.labels import LABEL_INBOX, LABEL_INDEX, LABEL_WAITING
from modelwatch.store.metadata import Transaction
from modelwatch.store.outcomes import OUTCOME, SLICE_OUTCOME
from modelwatch.store.profiles import PROFILE, SLICE_PROFILE
from modelwatch.store.touched import TOUCHED


def forget_folds(tx: Transaction, model_id: int) -> None:
    """Remove a model's profiles, outcomes, label index and cursors; the lake and the measurements stay."""
    folded = (
        PROFILE,
        SLICE_PROFILE,
        OUTCOME,
        SLICE_OUTCOME,
        LABEL_INDEX,
        LABEL_INBOX,
        LABEL_WAITING,
        TOUCHED,
        CURSOR,
    )
    for table in folded:
        tx.execute(table.delete().where(table.c.model_id == model_id))
