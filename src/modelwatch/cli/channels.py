"""`modelwatch channels`: where notifications go, what waits or was given up, and whether a channel works."""

from __future__ import annotations

import click

from modelwatch.cli.arguments import json_flag
from modelwatch.cli.session import Session, pass_session
from modelwatch.cli.terminal import say, say_json, say_json_list
from modelwatch.show.channels import channel_lines
from modelwatch.show.words import count

FAILED = 1


@click.group(
    invoke_without_command=True, short_help="list channels, test or resume one", epilog="Example: modelwatch channels"
)
@json_flag
@click.pass_context
def channels(ctx: click.Context, as_json: bool) -> None:
    """List the channels of the home with what waits for them and what was given up.

    They are declared in the file channels.yaml of the home folder.
    """
    if ctx.invoked_subcommand is not None:
        return
    with ctx.ensure_object(Session).reading() as home:
        found = home.channels()
    if as_json:
        say_json_list(found)
    else:
        say(channel_lines(found))


@channels.command(short_help="send a test message", epilog="Example: modelwatch channels test ops")
@click.argument("name")
@json_flag
@pass_session
def test(session: Session, name: str, as_json: bool) -> int:
    """Send a test message to the channel NAME and say what came of it; exit code 1 if it failed."""
    with session.reading() as home:
        error = home.test_channel(name)
    if as_json:
        say_json({"channel": name, "delivered": error is None, "error": error})
    else:
        say([f"{name}: delivered" if error is None else f"{name}: not delivered: {error}"])
    return 0 if error is None else FAILED


@channels.command(short_help="send what was given up", epilog="Example: modelwatch channels resume ops")
@click.argument("name")
@json_flag
@pass_session
def resume(session: Session, name: str, as_json: bool) -> None:
    """Take the channel NAME up again: its dead letters are sent with the next run."""
    with session.writing() as home:
        queued = home.resume_channel(name)
    if as_json:
        say_json({"channel": name, "queued": queued})
    else:
        say([f"{name}: {count(queued, 'message')} will be sent again with the next run"])
