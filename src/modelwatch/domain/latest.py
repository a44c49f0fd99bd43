"""How a model stood when its last window closed, as one frozen value.

`work` reads it from what is stored, `serve` makes the figures for Prometheus of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modelwatch.domain.measurement import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What is known of a model since its last window closed.

    Attributes
    ----------
    versions
        The versions in use: those with rows in the last 28 windows, or seven days if those are longer, before the
        newest rows of the model. A model that fell silent keeps the versions it had.
    measured
        Measurements of the last closed window that have a value, of all rows; by version, `""` for the model as a
        whole.
    scored
        Performance in the last window in which it could be computed, by version.
    unlabelled
        Predictions of the last 28 windows with rows that have no label, by version.
    means
        The mean of every numeric column in the last closed window, by version.
    """

    versions: frozenset[str] = frozenset()
    measured: Mapping[str, Sequence[Measurement]] = field(default_factory=dict[str, Sequence[Measurement]])
    scored: Mapping[str, Sequence[Measurement]] = field(default_factory=dict[str, Sequence[Measurement]])
    unlabelled: Mapping[str, int] = field(default_factory=dict[str, int])
    means: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
