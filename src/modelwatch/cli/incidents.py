"""`modelwatch incidents`: what went wrong, since when and why, and what to do first."""

from __future__ import annotations

import click

from modelwatch.cli.arguments import MODEL, json_flag
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import say, say_json_list
from modelwatch.domain.incident import State
from modelwatch.domain.names import ModelKey
from modelwatch.show.incidents import incident_list_lines


@click.command(short_help="print incidents with cause and first action")
@click.argument("model", type=MODEL, required=False)
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    help="Only these; open includes those that are acknowledged.",
)
@json_flag
@pass_session
def incidents(session: Session, model: ModelKey | None, state: str | None, as_json: bool) -> None:
    """Print incidents of MODEL, or of all models, oldest first."""
    with session.reading() as home:
        check_known(home, model)
        found = home.incidents(model, state=state)
    if as_json:
        say_json_list(found)
    else:
        say(incident_list_lines(found))
