"""`modelwatch ack`: say that somebody looks after an incident."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.respond import answers_incident, respond
from modelwatch.cli.session import Session, pass_session


@click.command(
    short_help="say that somebody looks after an incident",
    epilog="Example: modelwatch ack 4 --note 'asked the weather desk'",
)
@answers_incident
@click.option("--note", default="", help="A comment that goes with it.")
@pass_session
def ack(session: Session, note: str, **given: Any) -> None:
    """Acknowledge INCIDENT, a number that `modelwatch incidents` prints."""
    respond(session, "ack", given, text=note)
