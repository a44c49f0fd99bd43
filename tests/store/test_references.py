"""References: whole and in blocks, by digest or the last."""

from __future__ import annotations

from sqlalchemy import func, select

from modelwatch.store import State, references
from modelwatch.store.references import REFERENCE_BLOCK, Block, StoredReference

BLOCKS = [(10, 20, b"second"), (0, 10, b"first")]


def test_there_is_none_at_first(state: State, model_id: int) -> None:
    with state.reading() as tx:
        assert references.load(tx, model_id) is None
        assert references.load(tx, model_id, "d1") is None


def test_a_reference_comes_back_as_it_was(state: State, model_id: int, other_id: int) -> None:
    with state.transaction() as tx:
        references.save(tx, model_id, "d1", blob=b"all", blocks=BLOCKS, meta=b"grids")
        references.save(tx, other_id, "d2", blob=b"x", blocks=[], meta=b"y")
        expected = StoredReference("d1", b"all", [Block(0, 10, b"first"), Block(10, 20, b"second")], b"grids")
        assert references.load(tx, model_id) == references.load(tx, model_id, "d1") == expected
        assert references.load(tx, other_id) == StoredReference("d2", b"x", [], b"y")
        assert references.load(tx, model_id, "d2") is None


def test_the_last_saved_holds_even_if_it_was_there_before(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        for digest, blob in (("d1", b"a"), ("d2", b"b"), ("d1", b"c")):
            references.save(tx, model_id, digest, blob=blob, blocks=BLOCKS, meta=b"")
        last = references.load(tx, model_id)
        assert last is not None
        assert (last.digest, last.blob) == ("d1", b"c")
        assert references.load(tx, model_id, "d2") is not None


def test_replacing_leaves_no_block_behind(state: State, model_id: int) -> None:
    with state.transaction() as tx:
        references.save(tx, model_id, "d1", blob=b"a", blocks=BLOCKS, meta=b"")
        references.save(tx, model_id, "d1", blob=b"a", blocks=BLOCKS[:1], meta=b"")
        assert tx.execute(select(func.count()).select_from(REFERENCE_BLOCK)).scalar() == 1
