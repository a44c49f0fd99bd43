"""The answer of the verbs that read rows: how many were accepted, and why the others were not."""

from __future__ import annotations

from dataclasses import asdict

from modelwatch.cli.session import identity
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.show.words import count
from modelwatch.show.work import receipt_lines


def tell_receipt(key: ModelKey, receipt: Receipt, *, as_json: bool) -> None:
    """Print a receipt.

    Raises
    ------
    InputError
        If none of the rows is of any use.
    """
    told = {**identity(key), **asdict(receipt)}
    if as_json:
        say_json(told)
    else:
        say(receipt_lines(told))
    if receipt.useless:
        raise InputError(
            f"none of the {count(receipt.quarantined, 'row')} could be accepted: "
            "all are quarantined, for the reasons above"
        )
