"""`modelwatch serve`: a home over HTTP, watched by the clock for as long as it runs."""

from __future__ import annotations

import logging

import click

from modelwatch.cli.session import Session, pass_session
from modelwatch.cli.terminal import remark
from modelwatch.domain.errors import HomeError


@click.command(
    short_help="take rows over HTTP and watch models by the clock", epilog="Example: modelwatch serve --port 8321"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", default=8321, show_default=True, help="0: any that is free."
)
@pass_session
def serve(session: Session, host: str, port: int) -> None:
    """Serve the home until Ctrl-C or SIGTERM: rows and questions over HTTP, models watched by the clock."""
    try:
        from modelwatch.serve import serve as serve_home
    except ImportError as error:
        raise HomeError(f"the server needs {error.name}: pip install 'modelwatch[serve]'") from None

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # The home itself, never another server that holds it: then the lock says who does.
    with session.opener(session.home, write=True) as home:
        remark(f"Serving {home.path} on http://{host}:{port or '(any free port)'} (Ctrl-C stops it)")
        serve_home(home, host=host, port=port)
