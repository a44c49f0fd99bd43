"""`modelwatch report`: one model over a stretch of time as one HTML file, to send or to keep."""

from __future__ import annotations

from pathlib import Path

import click

from modelwatch.cli.arguments import FILE, INSTANT, MODEL
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import say
from modelwatch.domain.errors import HomeError, InputError
from modelwatch.domain.names import ModelKey


@click.command(
    short_help="write a model's state and past as one HTML file",
    epilog="Example: modelwatch report flight-delay -o week.html --since 2013-12-25",
)
@click.argument("model", type=MODEL)
@click.option("-o", "--output", type=FILE, metavar="F", help="Where to; MODEL.html if left out, - for stdout.")
@click.option("--since", type=INSTANT, metavar="T", help="From this time on; all there is, a year at the most.")
@click.option("--until", type=INSTANT, metavar="T", help="Up to this time; the last window that closed.")
@click.option("--png-charts", is_flag=True, help="Charts as pictures, for what cannot show SVG, as mail.")
@pass_session
def report(
    session: Session, model: ModelKey, output: Path | None, since: int | None, until: int | None, png_charts: bool
) -> None:
    """Write MODEL's state, incidents, charts, checks and specification as one HTML file that needs no network."""
    try:
        from modelwatch.serve.ui.model_report import model_report
    except ImportError as error:
        raise HomeError(f"reports need {error.name}: pip install 'modelwatch[serve]'") from None

    with session.reading() as home:
        check_known(home, model)
        page = model_report(home, model, since=since, until=until, pictures=png_charts)
    if str(output) == "-":
        click.echo(page, nl=False)
        return
    path = output or Path(f"{model.model}.html")
    try:
        path.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    say([f"wrote {path}"])
