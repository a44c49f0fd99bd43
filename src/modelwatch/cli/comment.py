"""`modelwatch comment`: write something down on the timeline of an incident."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.respond import answers_incident, respond
from modelwatch.cli.session import Session, pass_session
from modelwatch.domain.errors import InputError


@click.command(short_help="write on an incident's timeline", epilog="Example: modelwatch comment 4 'the feed is back'")
@answers_incident
@click.argument("text")
@pass_session
def comment(session: Session, text: str, **given: Any) -> None:
    """Add TEXT to the timeline of INCIDENT, a number that `modelwatch incidents` prints."""
    if not text.strip():
        raise InputError("the comment is empty: write some text")
    respond(session, "comment", given, text=text)
