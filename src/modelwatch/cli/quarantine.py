"""`modelwatch quarantine`: the rows that were refused, each with its field, its reason and what it held."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.arguments import INSTANT, MODEL, json_flag
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.names import ModelKey
from modelwatch.show.quarantine import quarantine_lines


@click.command(
    short_help="print the rows that were refused, and why",
    epilog="Example: modelwatch quarantine flight-delay --field score",
)
@click.argument("model", type=MODEL)
@click.option("--since", type=INSTANT, metavar="T", help="Rows of time T or later; by their arrival if they have none.")
@click.option("--field", metavar="F", help="Only rows refused for this field.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="The latest N rows."
)
@json_flag
@pass_session
def quarantine(session: Session, model: ModelKey, as_json: bool, **wanted: Any) -> None:
    """Print MODEL's rows in quarantine: all of them counted by field and reason, then the latest in full."""
    with session.reading() as home:
        check_known(home, model)
        found = home.quarantine(model, **wanted)
    if as_json:
        say_json(found)
    else:
        say(quarantine_lines(found))
