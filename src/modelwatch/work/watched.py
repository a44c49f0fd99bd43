"""One watched model as the worker needs it: its monitor, plan and reference, loaded once for many steps.

Everything here follows from what is stored; nothing is remembered between runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelwatch.catalog import Catalog
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import SECOND, Window
from modelwatch.domain.names import ModelKey
from modelwatch.domain.rule import Comparison
from modelwatch.measure import Reference, Setting
from modelwatch.profile import Plan
from modelwatch.spec import Monitor, parse_kept
from modelwatch.store import models, monitors, references
from modelwatch.store.metadata import Transaction
from modelwatch.work.keeping import load_reference

SILENCE = "silence_seconds"


@dataclass(frozen=True, slots=True)
class Watched:
    """A model under watch; without a plan it has neither a reference nor rows to make grids from yet."""

    model_id: int
    key: ModelKey
    monitor: Monitor
    catalog: Catalog
    plan: Plan | None = None
    reference: Reference | None = None

    def setting(self, plan: Plan) -> Setting:
        """What the model's windows are measured by."""
        return Setting(
            plan=plan,
            catalog=self.catalog,
            spans=self.monitor.spans,
            minimum=self.monitor.outcome.minimum,
            ranges={declared.column: (declared.low, declared.high) for declared in self.monitor.ranges},
            reference=self.reference,
        )

    @property
    def expected_us(self) -> int:
        """The longest time that should pass between two rows."""
        gap = None if self.reference is None else self.reference.longest_gap
        return self.monitor.fresh or max(gap or 0, self.monitor.calendar.size)

    @property
    def silences(self) -> tuple[int, ...]:
        """The times without a row, in microseconds, at which a rule speaks up, shortest first."""
        units = {Comparison.MULTIPLE: self.expected_us, Comparison.ABOVE: SECOND, Comparison.LEVEL: SECOND}
        levels = {
            round(level * units[rule.comparison])
            for rule in self.monitor.rules
            if rule.metric == SILENCE and rule.comparison in units
            for level in (rule.warning, rule.critical)
            if level is not None
        }
        return tuple(sorted(levels))

    def due(self, window: Window) -> int:
        """The instant at which a window closes."""
        return window.end + self.monitor.lateness


def load_watched(tx: Transaction, catalog: Catalog, key: ModelKey) -> Watched:
    """Load a model with its latest monitor and reference.

    Raises
    ------
    UnknownName
        If there is no such model, or it has no specification yet.
    """
    model_id = models.find(tx, key)
    latest = monitors.latest(tx, model_id)
    if latest is None:
        raise UnknownName(f"model {key.model!r} has no specification yet: write one with init and apply it")
    monitor = parse_kept(latest.text, catalog=catalog, project=key.project)
    stored = references.load(tx, model_id)
    if stored is None:
        return Watched(model_id, key, monitor, catalog)
    plan, reference = load_reference(stored)
    return Watched(model_id, key, monitor, catalog, plan, reference)
