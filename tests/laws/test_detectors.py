"""The laws of every online detector: an array is one value at a time, and a stream may be cut and stored anywhere."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modelwatch.domain.errors import InputError, NotComputable
from modelwatch.stats import (
    Adwin,
    Cusum,
    Ddm,
    Detector,
    Eddm,
    EwmaChart,
    HddmA,
    HddmW,
    Kswin,
    PageHinkley,
)

# Sensitive enough that short streams raise alarms.
KINDS: dict[str, Callable[[], Detector]] = {
    "page_hinkley": lambda: PageHinkley(threshold=3, warmup=5),
    "page_hinkley without forgetting": lambda: PageHinkley(threshold=3, forgetting=1, direction="down"),
    "cusum": lambda: Cusum(warmup=10, threshold=3),
    "cusum of a known level": lambda: Cusum(mean=0.5, deviation=0.2, direction="up"),
    "ewma_chart": lambda: EwmaChart(warmup=10),
    "ewma_chart without memory": lambda: EwmaChart(weight=1, limit=1.5, warmup=10, direction="down"),
    "ddm": lambda: Ddm(deviations=2, warmup=5),
    "eddm": lambda: Eddm(warmup=5),
    "hddm_a": lambda: HddmA(level=0.1),
    "hddm_a both": lambda: HddmA(level=0.1, direction="both"),
    "hddm_w": lambda: HddmW(level=0.1),
    "hddm_w both": lambda: HddmW(level=0.1, weight=0.3, direction="both"),
    "adwin": lambda: Adwin(delta=0.3, clock=4),
    "adwin of every value": lambda: Adwin(delta=0.3, clock=1, buckets=2, shortest=1, grace=0),
    "kswin": lambda: Kswin(level=0.05, window=20, newest=6),
}
every = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


@st.composite
def streams(draw: st.DrawFn) -> list[float]:
    """Streams of up to three levels: written out, so that they shrink, or long and drawn from a seed."""
    if draw(st.booleans()):
        return draw(st.lists(st.one_of(st.floats(-1e99, 1e99), st.floats(0, 1), st.sampled_from([0, 1])), max_size=60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels, lengths = draw(st.lists(st.floats(0, 1), min_size=1, max_size=3)), draw(st.sampled_from([7, 70, 1500]))
    return np.concatenate([rng.random(lengths) * 0.4 + 0.6 * level for level in levels]).tolist()


def fitted(detector: Detector, stream: list[float]) -> list[float]:
    """The stream in the detector's own range."""
    if detector.whole:
        return [float(value > 0.5) for value in stream]
    return [min(max(value, detector.lowest), detector.highest) for value in stream]


@every
@given(stream=streams())
@example(stream=[0.0] * 40 + [1.0] * 40 + [0.0] * 40)
@example(stream=[1e9 + place % 7 for place in range(300)])
def test_an_array_is_one_value_at_a_time(make: Callable[[], Detector], stream: list[float]) -> None:
    single, whole = make(), make()
    stream = fitted(single, stream)
    assert whole.run(stream).tolist() == [place for place, value in enumerate(stream) if single.update(value)]
    assert whole.to_bytes() == single.to_bytes()


@every
@given(stream=streams(), share=st.floats(0, 1))
def test_a_stream_may_be_cut_and_the_detector_stored(
    make: Callable[[], Detector], stream: list[float], share: float
) -> None:
    through, broken = make(), make()
    stream = fitted(through, stream)
    cut = round(share * len(stream))
    first = broken.run(stream[:cut])
    restored = type(broken).from_bytes(broken.to_bytes())
    second = restored.run(stream[cut:])
    assert [*first.tolist(), *(second + cut).tolist()] == through.run(stream).tolist()
    assert restored.to_bytes() == through.to_bytes()


@every
def test_every_kind_raises_alarms_on_the_streams_of_these_laws(make: Callable[[], Detector]) -> None:
    rng = np.random.default_rng(0)
    detector = make()
    stream = np.concatenate([rng.random(500) * 0.6, rng.random(500) * 0.6 + 0.4, rng.random(500) * 0.6])
    alarms = detector.run(fitted(detector, stream.tolist()))
    assert alarms.size > 0
    assert (np.diff(alarms) > 0).all()


@every
def test_a_reset_leaves_a_new_detector(make: Callable[[], Detector]) -> None:
    detector = make()
    detector.run(fitted(detector, [0.1, 0.9] * 20))
    detector.reset()
    assert detector.to_bytes() == make().to_bytes()


@every
def test_a_stream_may_be_empty(make: Callable[[], Detector]) -> None:
    detector = make()
    assert detector.run([]).tolist() == []
    assert detector.to_bytes() == make().to_bytes()


@every
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2e100])
def test_what_is_no_number_is_refused_and_leaves_no_trace(make: Callable[[], Detector], value: float) -> None:
    detector = make()
    detector.run([0.0, 1.0])
    before = detector.to_bytes()
    with pytest.raises(NotComputable, match=type(detector).__name__):
        detector.update(value)
    with pytest.raises(NotComputable, match="at place 1; it takes"):
        detector.run([1.0, value])
    assert detector.to_bytes() == before


@every
@pytest.mark.parametrize("values", [["a"], [[0.0, 1.0]], [None]])
def test_what_is_no_row_of_numbers_is_refused(make: Callable[[], Detector], values: list[object]) -> None:
    with pytest.raises(NotComputable):
        make().run(values)


@every
def test_foreign_and_damaged_bytes_are_refused(make: Callable[[], Detector]) -> None:
    detector = make()
    stored = json.loads(detector.to_bytes())
    state = next(name for name in stored if name.startswith("_"))
    parameter = next(name for name in stored if name not in {"detector", "format", "direction", "mean", "deviation"})
    foreign = Adwin if type(detector) is not Adwin else Ddm
    with pytest.raises(InputError, match="the bytes hold"):
        foreign.from_bytes(detector.to_bytes())
    for damage in ({"format": 2}, {"further": 1}, {state: "x"}, {parameter: "x"}, {parameter: -1}):
        with pytest.raises(InputError, match="bytes"):
            type(detector).from_bytes(json.dumps({**stored, **damage}).encode())
    for data in (b"", b"\xff", b"[]", b"{}", detector.to_bytes()[:-1]):
        with pytest.raises(InputError, match="no stored detector"):
            type(detector).from_bytes(data)
