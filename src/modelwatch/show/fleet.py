"""The fleet in a sentence: what is critical, or that nothing is."""

from __future__ import annotations

from collections.abc import Mapping

from modelwatch.show.status import State


def headline(counts: Mapping[State, int]) -> str:
    """How many models are critical, else what else is not all right, else that all are.

    Examples
    --------
    >>> headline({State.CRITICAL: 2, State.OK: 38}), headline({State.OK: 40})
    ('2 of 40 models are critical', 'All 40 models are all right')
    >>> headline({State.WARNING: 2, State.NODATA: 1, State.OK: 37})
    'No model is critical: 2 have warnings, 1 has no data'
    >>> headline({State.OK: 3, State.PENDING: 1}), headline({State.PENDING: 1})
    ('All 3 watched models are all right, 1 waits for review', '1 model waits for review')
    """
    total = sum(counts.values())
    critical, pending, well = (counts.get(state, 0) for state in (State.CRITICAL, State.PENDING, State.OK))
    waits = f"{pending} {'waits' if pending == 1 else 'wait'} for review" if pending else ""
    if critical:
        return f"{critical} of {_models(total)} {'is' if critical == 1 else 'are'} critical"
    others = {"warnings": counts.get(State.WARNING, 0), "no data": counts.get(State.NODATA, 0)}
    wrong = [f"{many} {'has' if many == 1 else 'have'} {what}" for what, many in others.items() if many]
    if wrong:
        return f"No model is critical: {', '.join(wrong)}"
    if not well:
        return f"{_models(pending)} {'waits' if pending == 1 else 'wait'} for review"
    watched = " watched" if pending else ""
    right = f"The{watched} model is all right" if well == 1 else f"All {well}{watched} models are all right"
    return f"{right}, {waits}" if waits else right


def _models(many: int) -> str:
    return f"{many} {'model' if many == 1 else 'models'}"
