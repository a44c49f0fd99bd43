"""What `ack`, `comment` and `silence` share: they answer an incident and print it as it is then."""

from __future__ import annotations

import getpass
from typing import Any, Literal

import click

from modelwatch.cli.arguments import INCIDENT, MODEL, Verb, json_flag
from modelwatch.cli.session import Session, check_known
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.names import ModelKey
from modelwatch.show.incidents import incident_lines


def answers_incident(verb: Verb) -> Verb:
    """Give a verb an incident's number, its model where the number is not enough, and who answers."""
    for option in (
        click.option("--who", metavar="NAME", help="Who does this; left out: the user of this machine."),
        click.option("--model", type=MODEL, help="Whose incident it is, where several models have one of this number."),
        click.argument("incident", type=INCIDENT),
    ):
        verb = option(verb)
    return json_flag(verb)


def respond(
    session: Session,
    act: Literal["ack", "comment", "silence"],
    given: dict[str, Any],
    *,
    text: str = "",
    until: int | None = None,
) -> None:
    """Answer the incident and print it."""
    model: ModelKey | None = given["model"]
    with session.writing() as home:
        check_known(home, model)
        who = given["who"] or _user()
        answered = home.respond(model, given["incident"], act, who=who, text=text, until=until)
        if act == "ack":
            home.deliver_due()
    if given["as_json"]:
        say_json(answered)
    else:
        say(incident_lines(answered))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody"
