"""`modelwatch incidents`: what went wrong, since when and why, and what to do first."""

from __future__ import annotations

import click

from modelwatch.cli.arguments import INCIDENT, MODEL, json_flag
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import say, say_json_list
from modelwatch.domain.incident import State
from modelwatch.domain.names import ModelKey
from modelwatch.show.incidents import incident_list_lines


@click.command(
    short_help="print incidents with cause and first action",
    epilog="Example: modelwatch incidents flight-delay --state open",
)
@click.argument("model", type=MODEL, required=False)
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    help="Only these; open includes those that are acknowledged.",
)
@click.option("--id", "incident_id", type=INCIDENT, metavar="N", help="Only this one, as a notification names it.")
@json_flag
@pass_session
def incidents(
    session: Session, model: ModelKey | None, state: str | None, incident_id: int | None, as_json: bool
) -> None:
    """Print incidents of MODEL, or of all models, oldest first."""
    if state is not None and incident_id is not None:
        raise click.UsageError("--id names one incident: leave out --state")
    with session.reading() as home:
        check_known(home, model)
        found = home.incidents(model, state=state, incident_id=incident_id)
    if as_json:
        say_json_list(found)
    else:
        say(incident_list_lines(found))
