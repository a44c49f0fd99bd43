"""A block: everything known of one version in one window, from rows and from labels, for all rows and by slice.

References are made of blocks, spans are sums of blocks, and `measure` reads nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import msgspec

from modelwatch.domain.instants import Window
from modelwatch.profile.outcome import Outcome, merge_outcomes, unpack_outcome
from modelwatch.profile.plan import Plan
from modelwatch.profile.profile import Profile, merge_profiles
from modelwatch.profile.slices import SliceProfile


@dataclass(frozen=True, slots=True)
class Block:
    """One window of one version; what is None was not kept or cannot be (no slices, no labels).

    `slice_outcomes` follows the order of the plan's slices.
    """

    window: Window
    profile: Profile | None = None
    slices: SliceProfile | None = None
    outcome: Outcome | None = None
    slice_outcomes: tuple[Outcome, ...] = ()

    def merge(self, other: Block) -> Block:
        """The block of both windows."""
        return merge_blocks([self, other])


def merge_blocks(blocks: Sequence[Block]) -> Block:
    """The block of several windows, from the first start to the last end."""
    profiles = [block.profile for block in blocks if block.profile is not None]
    slices = [block.slices for block in blocks if block.slices is not None]
    outcomes = [block.outcome for block in blocks if block.outcome is not None]
    by_slice = [block.slice_outcomes for block in blocks if block.slice_outcomes]
    return Block(
        Window(min(block.window.start for block in blocks), max(block.window.end for block in blocks)),
        merge_profiles(profiles) if profiles else None,
        reduce(lambda left, right: left.merge(right), slices) if slices else None,
        merge_outcomes(outcomes) if outcomes else None,
        tuple(merge_outcomes(group) for group in zip(*by_slice, strict=True)) if by_slice else (),
    )


def pack_outcomes(outcomes: Sequence[Outcome]) -> bytes:
    """Several outcomes as one compressed blob, format version first."""
    body: list[Any] = [1, [outcome.pack() if outcome.rows else None for outcome in outcomes]]
    return zlib.compress(msgspec.msgpack.encode(body), 1)


def unpack_outcomes(plan: Plan, data: bytes, empty: Outcome) -> list[Outcome]:
    """The outcomes that `pack_outcomes` wrote."""
    _, packed = msgspec.msgpack.decode(zlib.decompress(data))
    return [empty if body is None else unpack_outcome(plan, body) for body in packed]
