"""`modelwatch event`: put a deployment, schema change, incident or holiday on a model's time axis."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.arguments import INSTANT, MODEL, json_flag
from modelwatch.cli.session import Session, check_known, identity, pass_session
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.event import Event
from modelwatch.domain.instants import format_instant
from modelwatch.domain.names import ModelKey
from modelwatch.show.words import instant


@click.command(
    short_help="tell of a deployment, a holiday, an outage",
    epilog="Example: modelwatch event flight-delay --kind deployment --at 2013-12-01",
)
@click.argument("model", type=MODEL)
@click.option("--kind", required=True, metavar="K", help="What happened: deployment, schema, incident, holiday, ...")
@click.option("--at", type=INSTANT, required=True, metavar="T", help="When, or since when.")
@click.option("--until", type=INSTANT, metavar="T", help="Until when, for a span of time.")
@click.option("--note", default="", help="A sentence about it.")
@click.option("--link", default="", help="Where more is written.")
@json_flag
@pass_session
def event(session: Session, model: ModelKey, as_json: bool, **given: Any) -> None:
    """Tell MODEL of something that happened: it is shown beside incidents as a possible cause."""
    happened = Event(**given)
    happened.check()
    with session.writing() as home:
        check_known(home, model)
        home.add_event(model, happened)
    if as_json:
        say_json({**identity(model), **happened.to_dict()})
    else:
        say([f"{model.model}: {happened.kind} at {instant(format_instant(happened.at))}"])
