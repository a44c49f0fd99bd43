"""The truth as a column: how many labels came in a stretch of time, and what they said, beside the reference.

Labels are counted with the predictions they belong to; `column` reads them where other columns have their profiles.
"""

from __future__ import annotations

from modelwatch.domain.columns import LABEL, class_text
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series
from modelwatch.profile import BinaryOutcome, Outcome
from modelwatch.profile.block import unpack_outcomes
from modelwatch.profile.outcome import empty_outcome, has_outcomes, merge_outcomes
from modelwatch.read.limits import baseline_of
from modelwatch.read.values import Levels, Moments
from modelwatch.store import cursors, outcomes
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched
from modelwatch.work.step import LABELLED


def known(tx: Transaction, watched: Watched) -> bool:
    """Whether labels of the model are expected, or came, and can be counted."""
    if watched.plan is None or not has_outcomes(watched.plan):
        return False
    came = cursors.get(tx, watched.model_id, LABELLED) is not None
    return came or watched.monitor.declares_labels or _usual(watched) is not None


def moments(tx: Transaction, watched: Watched, window: Window) -> dict[str, Moments]:
    """How many predictions have a label, and the mean of the labels; of the reference the mean of its blocks."""
    found = {"current": _moments(_outcome(tx, watched, window))}
    usual = _usual(watched)
    return found if usual is None else {"reference": Moments(rows=0, missing=0, n=0, mean=usual), **found}


def levels(tx: Transaction, watched: Watched, window: Window) -> Levels | None:
    """The classes of the labels; None of labels that are numbers, or where there are none."""
    outcome = _outcome(tx, watched, window)
    if not isinstance(outcome, BinaryOutcome) or not outcome.labelled:
        return None
    positive, negative = watched.monitor.roles.positive, watched.monitor.roles.negative
    share, usual = outcome.positives / outcome.labelled, _usual(watched)
    sides = {"current": (share, 1 - share)}
    return Levels(
        names=(class_text(positive), ", ".join(map(class_text, negative)) or "others"),
        sides=sides if usual is None else {"reference": (usual, 1 - usual), **sides},
    )


def _usual(watched: Watched) -> float | None:
    """The mean label of the reference's blocks, for what is kept of a reference are its predictions."""
    baseline = baseline_of(watched, Series("label_mean", LABEL, span=watched.monitor.spans[0]))
    return None if baseline is None else baseline.mean


def _outcome(tx: Transaction, watched: Watched, window: Window) -> Outcome:
    assert watched.plan is not None
    empty = empty_outcome(watched.plan)
    blobs = outcomes.get_many(tx, watched.model_id, window.start, window.end)
    found = [unpack_outcomes(watched.plan, blob.blob, empty)[0] for blob in blobs]
    return merge_outcomes(found) if found else empty


def _moments(outcome: Outcome) -> Moments:
    labelled = outcome.labelled
    total = outcome.positives if isinstance(outcome, BinaryOutcome) else outcome.truth_sum
    return Moments(
        rows=outcome.rows,
        missing=outcome.rows - labelled,
        n=labelled,
        mean=total / labelled if labelled else None,
    )
