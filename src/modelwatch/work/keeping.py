"""How a plan and its reference are kept by the store, and loaded again.

`setup` keeps them, `watched` loads them; the store itself sees only bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import msgspec

from modelwatch.domain.errors import HomeError
from modelwatch.domain.instants import Window
from modelwatch.measure import Reference
from modelwatch.profile import Plan, Profile, SliceProfile
from modelwatch.profile.block import Block, pack_outcomes, unpack_outcomes
from modelwatch.profile.outcome import empty_outcome
from modelwatch.store import references
from modelwatch.store.metadata import Transaction
from modelwatch.store.references import StoredReference

FORMAT = 1
_NO_TIME = Window(0, 1)


def save_reference(
    tx: Transaction,
    model_id: int,
    digest: str,
    plan: Plan,
    reference: Reference | None,
    blocks: Sequence[Block],
) -> None:
    """Store a plan and, if there is one, the reference that goes with it."""
    pooled = b"" if reference is None or reference.pooled.profile is None else reference.pooled.profile.to_bytes()
    window = _NO_TIME if reference is None else reference.pooled.window
    derived = b"" if reference is None else reference.derived_to_bytes()
    meta = msgspec.msgpack.encode(
        [FORMAT, zlib.compress(plan.to_bytes(), 1), window.start, window.end, zlib.compress(derived, 1)]
    )
    packed = [(block.window.start, block.window.end, pack_block(block)) for block in blocks]
    references.save(tx, model_id, digest, blob=pooled, blocks=packed, meta=meta)


def relearn(tx: Transaction, model_id: int, plan: Plan, reference: Reference) -> None:
    """Keep what was learned anew about the reference that was saved last."""
    stored = references.load(tx, model_id)
    if stored is None:
        raise HomeError(f"model {model_id} has no reference to learn about")
    save_reference(tx, model_id, stored.digest, plan, reference, load_blocks(stored, plan))


def load_reference(stored: StoredReference) -> tuple[Plan, Reference | None]:
    """The plan that was saved, and the reference where there is one."""
    fmt, packed, start, end, derived = msgspec.msgpack.decode(stored.meta)
    if fmt != FORMAT:
        raise HomeError(
            f"a stored reference has format {fmt}, this release reads {FORMAT}: use the release that wrote it"
        )
    plan = Plan.from_bytes(zlib.decompress(packed))
    if not stored.blob:
        return plan, None
    pooled = Block(Window(start, end), Profile.from_bytes(plan, stored.blob))
    return plan, Reference.from_derived(pooled, zlib.decompress(derived))


def load_blocks(stored: StoredReference, plan: Plan) -> list[Block]:
    """The blocks of a saved reference, in order of time."""
    return [unpack_block(plan, Window(block.start, block.end), block.blob) for block in stored.blocks]


def pack_block(block: Block) -> bytes:
    """A block of a reference as bytes."""
    outcomes = [] if block.outcome is None else [block.outcome, *block.slice_outcomes]
    return msgspec.msgpack.encode(
        [
            FORMAT,
            block.profile and block.profile.to_bytes(),
            block.slices and block.slices.to_bytes(),
            pack_outcomes(outcomes) if outcomes else None,
        ]
    )


def unpack_block(plan: Plan, window: Window, data: bytes) -> Block:
    """The block that `pack_block` wrote."""
    _, profile, slices, outcomes = msgspec.msgpack.decode(data)
    found = unpack_outcomes(plan, outcomes, empty_outcome(plan)) if outcomes else []
    return Block(
        window,
        profile and Profile.from_bytes(plan, profile),
        slices and SliceProfile.from_bytes(slices),
        found[0] if found else None,
        tuple(found[1:]),
    )
