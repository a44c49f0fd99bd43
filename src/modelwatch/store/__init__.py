"""What modelwatch remembers, as SQL tables: one file per noun, plain functions over a transaction.

`work` writes it once per step of the clock, `act` and people through the verbs; what is shown is read there.
"""

from modelwatch.store.metadata import Transaction
from modelwatch.store.state import State

__all__ = ["State", "Transaction"]
