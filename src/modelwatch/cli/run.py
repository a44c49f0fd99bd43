"""`modelwatch run`: everything that is due by an instant of event time."""

from __future__ import annotations

from dataclasses import asdict

import click

from modelwatch.cli.arguments import INSTANT, MODEL, json_flag
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import progress, say, say_json
from modelwatch.domain.instants import format_instant
from modelwatch.domain.names import ModelKey
from modelwatch.show.work import ran_lines


@click.command(
    short_help="do all that is due: fold, measure, judge, notify", epilog="Example: modelwatch run --until 2013-12-01"
)
@click.argument("model", type=MODEL, required=False)
@click.option("--until", type=INSTANT, metavar="T", help="The instant up to which to run; left out: now.")
@click.option("--engine", type=click.Choice(["local"]), default="local", show_default=True, help="What profiles rows.")
@json_flag
@pass_session
def run(session: Session, model: ModelKey | None, until: int | None, engine: str, as_json: bool) -> None:
    """Do all that is due for MODEL, or for all models: fold, measure, judge, notify."""
    del engine  # there is one so far; the choice has refused any other
    with session.writing() as home, progress() as bar:
        check_known(home, model)
        ran = home.run(model, until=until, progress=bar)
        told = {**asdict(ran), "clock": format_instant(home.now())}
    if as_json:
        say_json(told)
    else:
        say(ran_lines(told))
