"""The profile of one version and window: a sketch per column, latency, errors and what was turned away.

`work` stores one per base window and adds them up to any window and span; `measure` reads the sum.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from modelwatch.domain.errors import HomeError
from modelwatch.profile.plan import ColumnPlan, Plan
from modelwatch.sketch import CategorySketch, LogBuckets, NumericSketch, PresenceSketch, Sketch
from modelwatch.sketch.buckets import merge_buckets
from modelwatch.sketch.category import merge_categories
from modelwatch.sketch.numeric import merge_numeric

FORMAT = 1
# What `to_bytes` writes, with everything but the names of the columns left packed.
_RAW = msgspec.Raw
_BODY = tuple[int, _RAW, _RAW, _RAW, _RAW, _RAW, _RAW, _RAW, list[tuple[str, _RAW]]]


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that is kept of the rows of one version and window.

    `errors` counts rows whose prediction failed, among `error_rows` that said whether it did. `faults` counts rows
    that were quarantined, by `kind:field`; they are not among `rows`. `first` and `last` are the extreme timestamps,
    those of quarantined rows included.
    """

    columns: Mapping[str, Sketch]
    rows: int = 0
    first: int | None = None
    last: int | None = None
    latency: LogBuckets = field(default_factory=LogBuckets)
    errors: int = 0
    error_rows: int = 0
    faults: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def empty(cls, plan: Plan) -> Profile:
        """The profile of no rows."""
        return cls({name: column.empty() for name, column in plan.columns.items()})

    def merge(self, other: Profile) -> Profile:
        """The profile of both sets of rows."""
        return merge_profiles([self, other])

    def to_bytes(self) -> bytes:
        """The profile as one compressed blob, format version first."""
        packed = [[name, sketch.pack()] for name, sketch in self.columns.items() if sketch.rows]
        latency = self.latency.pack() if self.latency.rows else None
        body = [
            FORMAT,
            self.rows,
            self.first,
            self.last,
            latency,
            self.errors,
            self.error_rows,
            dict(sorted(self.faults.items())),
            packed,
        ]
        return zlib.compress(msgspec.msgpack.encode(body), 1)

    @classmethod
    def from_bytes(cls, plan: Plan, data: bytes) -> Profile:
        """The profile that `to_bytes` wrote; columns that the plan no longer has are left out."""
        fmt, rows, first, last, latency, errors, error_rows, faults, packed = msgspec.msgpack.decode(
            zlib.decompress(data)
        )
        _check(fmt)
        known = {name: plan.columns[name].unpack(body) for name, body in packed if name in plan.columns}
        columns = {name: known[name] if name in known else plan.columns[name].empty() for name in plan.columns}
        buckets = LogBuckets() if latency is None else LogBuckets.unpack(latency)
        return cls(columns, rows, first, last, buckets, errors, error_rows, faults)


def column_from_bytes(plan: ColumnPlan, data: bytes) -> Sketch:
    """One column of the profile that `to_bytes` wrote, without unpacking the others: a tenth of the time.

    Raises
    ------
    HomeError
        If the profile has a format that this release does not know.
    """
    head = msgspec.msgpack.decode(zlib.decompress(data), type=_BODY)
    _check(head[0])
    packed = next((body for name, body in head[-1] if name == plan.name), None)
    return plan.empty() if packed is None else plan.unpack(msgspec.msgpack.decode(packed))


def merge_profiles(profiles: Sequence[Profile]) -> Profile:
    """The profile of the rows of several profiles of one plan."""
    if len(profiles) == 1:
        return profiles[0]
    faults: Counter[str] = Counter()
    for profile in profiles:
        faults.update(profile.faults)
    columns = {name: merge_sketches([p.columns[name] for p in profiles]) for name in profiles[0].columns}
    return Profile(
        columns,
        sum(p.rows for p in profiles),
        min((p.first for p in profiles if p.first is not None), default=None),
        max((p.last for p in profiles if p.last is not None), default=None),
        merge_buckets([p.latency for p in profiles]),
        sum(p.errors for p in profiles),
        sum(p.error_rows for p in profiles),
        dict(faults),
    )


def merge_sketches(sketches: Sequence[Sketch]) -> Sketch:
    """The sketch of the rows of several sketches of one column."""
    filled = [sketch for sketch in sketches if sketch.rows] or list(sketches[:1])
    if isinstance(filled[0], NumericSketch):
        return merge_numeric([s for s in filled if isinstance(s, NumericSketch)])
    if isinstance(filled[0], CategorySketch):
        return merge_categories([s for s in filled if isinstance(s, CategorySketch)])
    merged = PresenceSketch()
    for sketch in filled:
        assert isinstance(sketch, PresenceSketch)
        merged = merged.merge(sketch)
    return merged


def _check(found: int) -> None:
    if found != FORMAT:
        raise HomeError(
            f"a stored profile has format {found}, this release reads {FORMAT}: use the release that wrote it"
        )
