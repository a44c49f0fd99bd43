"""The answer of the verbs that read rows: how many were accepted, and why the others were not."""

from __future__ import annotations

from dataclasses import asdict

from modelwatch.cli.session import identity
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.show.work import receipt_lines


def tell_receipt(key: ModelKey, receipt: Receipt, *, as_json: bool) -> None:
    """Print a receipt."""
    told = {**identity(key), **asdict(receipt)}
    if as_json:
        say_json(told)
    else:
        say(receipt_lines(told))
