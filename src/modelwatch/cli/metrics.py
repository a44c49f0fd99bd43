"""`modelwatch metrics`: what was measured, as a table or as JSON, as long as it may be."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.arguments import INSTANT, MODEL, SlicePair, json_flag, slice_of
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import remark, say, say_json_list
from modelwatch.domain.names import ModelKey
from modelwatch.show.measurements import measurement_lines


@click.command(
    short_help="print measurements", epilog="Example: modelwatch metrics flight-delay --metric psi --column temp"
)
@click.argument("model", type=MODEL)
@click.option("--metric", metavar="M", help="Only this metric.")
@click.option("--column", metavar="C", help="Only this column.")
@click.option("--since", type=INSTANT, metavar="T", help="Windows that start at T or later.")
@click.option("--until", type=INSTANT, metavar="T", help="Windows that start before T.")
@click.option(
    "--slice",
    "pairs",
    type=SlicePair(),
    multiple=True,
    metavar="K=V",
    help="Only this slice; may be repeated.",
)
@click.option("--all-revisions", is_flag=True, help="Also what was measured before late rows or labels came.")
@json_flag
@pass_session
def metrics(
    session: Session,
    model: ModelKey,
    pairs: tuple[tuple[str, str], ...],
    as_json: bool,
    **wanted: Any,
) -> None:
    """Print MODEL's measurements, oldest first: all rows, or one slice."""
    with session.reading() as home:
        check_known(home, model)
        found = home.metrics(model, slice=slice_of(pairs), **wanted)
    rows = (measurement.to_dict() for measurement in found)
    if as_json:
        say_json_list(rows)
    elif found:
        say(measurement_lines(rows))
    else:
        remark("No measurements fit: look at all of them without options, or run the model first.")
