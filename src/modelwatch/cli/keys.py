"""`modelwatch keys`: who may send rows, read or operate over HTTP."""

from __future__ import annotations

from typing import Any

import click

from modelwatch.cli.arguments import json_flag
from modelwatch.cli.session import Session, pass_session
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.instants import parse_duration
from modelwatch.domain.scope import GRANTED
from modelwatch.show.keys import key_lines


@click.group(short_help="make, list and revoke API keys")
def keys() -> None:
    """Say who may send rows (ingest), ask (read) or answer incidents (operate) over HTTP."""


@keys.command(
    short_help="make a key and show it once",
    epilog="Example: modelwatch keys create grafana --scope read --expires 90d",
)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in GRANTED]),
    multiple=True,
    required=True,
    help="What it may do; may be repeated.",
)
@click.option("--project", default="default", show_default=True, help="The project whose models it reaches.")
@click.option("--expires", metavar="D", help="After how long it ends, as in 90d; left out: never.")
@json_flag
@pass_session
def create(session: Session, name: str, as_json: bool, **given: Any) -> None:
    """Make a key called NAME; it is shown once and kept as a hash only."""
    expires = given.pop("expires")
    with session.writing(new=True) as home:
        made = home.create_key(name, **given, lasts=None if expires is None else parse_duration(expires))
    if as_json:
        say_json(made)
    else:
        say([made["key"], f"Keep it: it is not shown again. Send it as: Authorization: Bearer {made['key']}"])


@keys.command("list", short_help="list the keys", epilog="Example: modelwatch keys list")
@json_flag
@pass_session
def listed(session: Session, as_json: bool) -> None:
    """List all keys by project and name, those that were revoked too."""
    with session.reading() as home:
        found = home.keys()
    if as_json:
        say_json(found)
    else:
        say(key_lines(found))


@keys.command(short_help="end a key", epilog="Example: modelwatch keys revoke grafana")
@click.argument("name")
@click.option("--project", default="default", show_default=True, help="The project it belongs to.")
@pass_session
def revoke(session: Session, name: str, project: str) -> None:
    """End the key called NAME; a running server refuses it within seconds."""
    with session.writing() as home:
        home.revoke_key(name, project=project)
    say([f"revoked {name} of {project}"])
