"""`modelwatch silence`: send nothing about an incident until an instant."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.arguments import INSTANT
from modelwatch.cli.respond import answers_incident, respond
from modelwatch.cli.session import Session, pass_session


@click.command(
    short_help="send nothing about an incident for a while", epilog="Example: modelwatch silence 4 --until 2013-12-24"
)
@answers_incident
@click.option("--until", type=INSTANT, required=True, metavar="T", help="Until when, on the home's clock.")
@click.option("--note", default="", help="Why.")
@pass_session
def silence(session: Session, until: int, note: str, **given: Any) -> None:
    """Send no notifications about INCIDENT until T; it goes on being watched."""
    respond(session, "silence", given, text=note, until=until)
