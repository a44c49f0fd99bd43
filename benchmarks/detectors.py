"""How quick, how quiet and how prompt the online detectors are, with River's beside them if it is installed.

Numbers are standard normal and then move by so many deviations; errors come at a rate of 0.1 and then at another. False
alarms are those in 100,000 values without a change. A delay is the median over trials of the values from the change to
the first alarm after it; `-` stands for most trials without one. Rates are values per CPU second, of arrays and of one
value at a time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from modelwatch.stats import Adwin, Cusum, Ddm, Detector, Eddm, EwmaChart, HddmA, HddmW, Kswin, PageHinkley

QUIET, LOUD = 1_000, 2_000  # values before and after a change
SHIFTS, RATES = (0.25, 0.5, 1.0, 2.0), (0.12, 0.15, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class Kind:
    """A detector by its default parameters, the like of it in River, and whether it is made for errors."""

    make: Callable[[], Detector]
    river: str = ""
    errors: bool = False
    values: int = 1_000_000  # to measure the rate by


KINDS = {
    "Page-Hinkley": Kind(PageHinkley, "PageHinkley"),
    "CUSUM, learnt": Kind(Cusum),
    "CUSUM, known": Kind(lambda: Cusum(mean=0.0, deviation=1.0)),
    "EWMA chart, learnt": Kind(EwmaChart),
    "EWMA chart, known": Kind(lambda: EwmaChart(mean=0.0, deviation=1.0)),
    "ADWIN": Kind(Adwin, "ADWIN"),
    "KSWIN": Kind(Kswin, "KSWIN", values=100_000),
    "ADWIN, errors": Kind(Adwin, "ADWIN", errors=True),
    "DDM": Kind(Ddm, "binary.DDM", errors=True),
    "EDDM": Kind(Eddm, "binary.EDDM", errors=True),
    "HDDM-A": Kind(HddmA, "binary.HDDMA", errors=True),
    "HDDM-W": Kind(HddmW, "binary.HDDMW", errors=True),
}

Alarms = Callable[[np.ndarray], Sequence[int]]


def main() -> None:
    """Print one table for numbers and one for errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20, help="streams with a change, per change")
    trials = parser.parse_args().trials
    for errors, changes, what in ((False, SHIFTS, "shift of"), (True, RATES, "rate to")):
        heads = "".join(f"{f'{what} {change:g}':>14}" for change in changes)
        print(f"{'detector':<22}{'array/s':>13}{'one by one/s':>14}{'false/100k':>12}{heads}")
        for name, kind in KINDS.items():
            if kind.errors == errors:
                _print(name, kind, changes, trials)
        print()


def _print(name: str, kind: Kind, changes: Sequence[float], trials: int) -> None:
    quiet = stream(kind, 0.1 if kind.errors else 0.0, kind.values, seed=0)
    array, single = rate(kind.make().run, quiet), rate(lambda values: one_by_one(kind, values), quiet[:50_000])
    row(name, [f"{array:,.0f}", f"{single:,.0f}"], false_alarms(kind, lambda values: kind.make().run(values)))
    tell_delays(kind, lambda values: kind.make().run(values), changes, trials)
    if kind.river and find_spec("river"):
        rivers(kind, quiet[:100])  # loads it
        single = rate(lambda values: rivers(kind, values), quiet[:20_000])
        row("  River", ["", f"{single:,.0f}"], false_alarms(kind, lambda values: rivers(kind, values)))
        tell_delays(kind, lambda values: rivers(kind, values), changes, trials)


def row(name: str, rates: list[str], false: float) -> None:
    """Print the beginning of a row."""
    print(f"{name:<22}{rates[0]:>13}{rates[1]:>14}{false:>12.1f}", end="", flush=True)


def tell_delays(kind: Kind, alarms: Alarms, changes: Sequence[float], trials: int) -> None:
    """Print the end of a row."""
    print("".join(f"{delay(kind, alarms, change, trials):>14}" for change in changes), flush=True)


def false_alarms(kind: Kind, alarms: Alarms) -> float:
    """Alarms in 100,000 values without a change."""
    values = stream(kind, 0.1 if kind.errors else 0.0, 100_000, seed=1)
    return float(len(alarms(values)))


def delay(kind: Kind, alarms: Alarms, change: float, trials: int) -> str:
    """The median of the values until the first alarm after a change."""
    found: list[float] = []
    for trial in range(trials):
        before = stream(kind, 0.1 if kind.errors else 0.0, QUIET, seed=2 * trial)
        values = np.concatenate([before, stream(kind, change, LOUD, seed=2 * trial + 1)])
        found.append(next((place - QUIET + 1.0 for place in alarms(values) if place >= QUIET), np.inf))
    median = statistics.median(found)
    return f"{median:,.0f}" if np.isfinite(median) else "-"


def stream(kind: Kind, level: float, values: int, *, seed: int) -> np.ndarray:
    """Values of one level."""
    rng = np.random.default_rng([seed, values])
    return (rng.random(values) < level).astype(float) if kind.errors else rng.normal(level, 1.0, values)


def rate(alarms: Alarms, values: np.ndarray) -> float:
    """Values per CPU second."""
    start = time.process_time()
    alarms(values)
    return values.size / (time.process_time() - start)


def one_by_one(kind: Kind, values: np.ndarray) -> list[int]:
    """Places of our alarms, value by value."""
    detector = kind.make()
    return [place for place, value in enumerate(values.tolist()) if detector.update(value)]


def rivers(kind: Kind, values: np.ndarray) -> list[int]:
    """Places of River's alarms."""
    from river import drift

    made: Any = drift
    for name in kind.river.split("."):
        made = getattr(made, name)
    detector, places = made(**({"seed": 0} if kind.river == "KSWIN" else {})), list[int]()
    for place, value in enumerate(values.tolist()):
        detector.update(value)
        if detector.drift_detected:
            places.append(place)
    return places


if __name__ == "__main__":
    main()
