"""Streams whose level steps, and River's detectors, asked for the places of their alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from river.base import DriftDetector

# Levels of the streams, one after the other; in the first nothing happens.
STEPS = [(0.2, 0.2, 0.2), (0.1, 0.3, 0.05, 0.2, 0.5, 0.1), (0.5, 0.05, 0.6), (0.02, 0.04)]


@pytest.fixture(params=range(2 * len(STEPS)))
def errors(request: pytest.FixtureRequest) -> np.ndarray:
    """Right and wrong predictions whose error rate steps."""
    rng = np.random.default_rng(request.param)
    return np.concatenate([(rng.random(1500) < rate).astype(float) for rate in STEPS[request.param // 2]])


@pytest.fixture(params=range(2 * len(STEPS)))
def levels(request: pytest.FixtureRequest) -> np.ndarray:
    """Uniform values, as wide as 1, whose mean steps."""
    rng = np.random.default_rng(request.param)
    return np.concatenate([rng.random(1500) + mean for mean in STEPS[request.param // 2]])


@pytest.fixture
def river_alarms() -> Callable[[Callable[[], DriftDetector], Iterable[float]], list[int]]:
    """Places at which River's detector raises an alarm; a new one is made after each."""

    def alarms(make: Callable[[], DriftDetector], values: Iterable[float]) -> list[int]:
        detector, places = make(), list[int]()
        for place, value in enumerate(values):
            detector.update(value)
            if detector.drift_detected:
                places.append(place)
                detector = make()
        return places

    return alarms
