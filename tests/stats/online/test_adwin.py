"""ADWIN: River's alarms, and the definition on whole lists of values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import accumulate

import numpy as np
import pytest
from river.drift import ADWIN

from modelwatch.domain.errors import NotComputable
from modelwatch.stats import Adwin


def from_nothing(detector: Adwin, values: Iterable[float]) -> list[int]:
    """Places of the alarms of a detector that is reset after each."""
    places = list[int]()
    for place, value in enumerate(values):
        if detector.update(value):
            places.append(place)
            detector.reset()
    return places


def plainly(values: list[float], *, delta: float, clock: int, buckets: int, shortest: int) -> tuple[list[int], int]:
    """The definition on whole lists of values: places of the alarms, and the width of the window at the end."""
    rows: list[list[list[float]]] = [[]]
    places, gone = list[int](), 0
    for place, value in enumerate(values):
        rows[0].append([value])
        for row, held in enumerate(rows):
            if len(held) > buckets:
                if row + 1 == len(rows):
                    rows.append([])
                rows[row + 1].append(held.pop(0) + held.pop(0))
        if (place + 1) % clock == 0 and place + 1 - gone > 10:
            found = False
            while parted([bucket for row in reversed(rows) for bucket in row], delta=delta, shortest=shortest):
                found = True
                gone += len(rows[-1].pop(0))
                while len(rows) > 1 and not rows[-1]:
                    rows.pop()
            if found:
                places.append(place)
    return places, len(values) - gone


def parted(held: list[list[float]], *, delta: float, shortest: int) -> bool:
    window = np.concatenate(held)
    depth = math.log(2 * math.log(window.size) / delta)
    for cut in accumulate(map(len, held)):
        if min(cut, window.size - cut) >= shortest:
            share = 1 / (cut - shortest + 1) + 1 / (window.size - cut - shortest + 1)
            limit = math.sqrt(2 * share * window.var() * depth) + 2 / 3 * share * depth
            if abs(window[:cut].mean() - window[cut:].mean()) > limit:
                return True
    return False


@pytest.mark.parametrize(("delta", "clock"), [(0.002, 32), (0.2, 32), (0.2, 5)])
def test_alarms_are_rivers_if_it_is_reset_after_each(
    levels: np.ndarray, river_alarms: Callable[..., list[int]], delta: float, clock: int
) -> None:
    theirs = river_alarms(lambda: ADWIN(delta=delta, clock=clock), levels.tolist())
    assert from_nothing(Adwin(delta=delta, clock=clock), levels.tolist()) == theirs


def test_alarms_are_rivers_on_errors(errors: np.ndarray, river_alarms: Callable[..., list[int]]) -> None:
    assert from_nothing(Adwin(), errors.tolist()) == river_alarms(ADWIN, errors.tolist())


@pytest.mark.parametrize(
    ("delta", "clock", "buckets", "shortest"), [(0.002, 32, 5, 5), (0.3, 7, 5, 1), (0.3, 16, 2, 5), (0.3, 16, 9, 3)]
)
def test_the_window_is_that_of_the_definition(delta: float, clock: int, buckets: int, shortest: int) -> None:
    rng = np.random.default_rng(clock)
    values = np.concatenate([rng.random(400), rng.random(300) + 0.4, rng.random(500) * 0.5])
    detector = Adwin(delta=delta, clock=clock, buckets=buckets, shortest=shortest)
    places = detector.run(values).tolist()
    assert len(places) > 1
    expected = plainly(values.tolist(), delta=delta, clock=clock, buckets=buckets, shortest=shortest)
    assert (places, detector.width) == expected
    assert detector.mean == pytest.approx(values[-detector.width :].mean(), rel=1e-9)


def test_the_unit_is_the_extents() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.random(2000), rng.random(2000) + 0.1])
    found = Adwin().run(values)
    assert found.size > 0
    assert (Adwin(extent=1024.0).run(values * 1024) == found).all()


def test_memory_is_logarithmic() -> None:
    detector = Adwin()
    detector.run(np.tile([0.0, 1.0], 100_000))
    assert detector.width == 200_000
    assert len(detector.to_bytes()) < 5_000


def test_an_empty_window_has_no_mean() -> None:
    with pytest.raises(NotComputable, match="empty"):
        _ = Adwin().mean


def test_values_that_wait_for_a_check_are_in_the_window() -> None:
    detector = Adwin()
    detector.run([1.0, 2.0, 6.0])
    assert (detector.width, detector.mean) == (3, 3.0)


@pytest.mark.parametrize(
    "parameter", [{"delta": 0}, {"clock": 0}, {"buckets": 1}, {"shortest": 0}, {"grace": -1}, {"extent": -1}]
)
def test_parameters_out_of_their_range_are_refused(parameter: dict[str, float]) -> None:
    with pytest.raises(NotComputable, match=next(iter(parameter))):
        Adwin(**parameter)
