"""Whether the rows of one version stand for all of their window, or for a part of it only.

Half a day has other hours than a whole one: `engine` computes no distance of a window that is not covered.
"""

from __future__ import annotations

from modelwatch.domain.instants import HOUR, Window
from modelwatch.profile import Profile

TOLERATED = 0.1
"""Share of a window that may go without rows at its start or end, beyond what blocks of the reference do."""


def shortfall(window: Window, profile: Profile, *, bare: tuple[int, int], version: str = "", span: int = 1) -> str:
    """Why a profile does not stand for its window, in words; empty if it does.

    The first and the last row decide, never their number: an outage must not pass for a quiet day.

    Parameters
    ----------
    window : Window
        All that the profile should cover, `span` windows of the monitor long.
    bare : pair of int
        Microseconds without rows at the start and at the end of a window that are nothing unusual.
    version : str
        Whose rows these are, empty for those of all.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> shortfall(Window(0, DAY), Profile({}, 9, 15 * HOUR, DAY - 1), bare=(5 * HOUR, 0), version="2")
    'version 2 covers only 9 h of this window'
    >>> shortfall(Window(0, DAY), Profile({}, 9, 7 * HOUR, DAY - 1), bare=(5 * HOUR, 0))
    ''
    """
    if profile.first is None or profile.last is None:
        return ""
    missed = max(profile.first - window.start - bare[0], window.end - profile.last - bare[1])
    if missed <= TOLERATED * window.length:
        return ""
    who = f"version {version} covers" if version else "the rows cover"
    of = f"these {span} windows" if span > 1 else "this window"
    return f"{who} only {round((profile.last - profile.first) / HOUR)} h of {of}"
