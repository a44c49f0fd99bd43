"""The program: its verbs, which home they speak of, and how every error ends in one clear message.

Exit codes: 0 fine, 1 findings at or above `--fail-on`, 2 wrong use or bad input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from modelwatch.cli.ack import ack
from modelwatch.cli.apply import apply
from modelwatch.cli.channels import channels
from modelwatch.cli.comment import comment
from modelwatch.cli.compare import compare
from modelwatch.cli.demo import demo
from modelwatch.cli.event import event
from modelwatch.cli.incidents import incidents
from modelwatch.cli.ingest import ingest
from modelwatch.cli.init import init
from modelwatch.cli.keys import keys
from modelwatch.cli.label import label
from modelwatch.cli.metrics import metrics
from modelwatch.cli.quarantine import quarantine
from modelwatch.cli.report import report
from modelwatch.cli.run import run
from modelwatch.cli.serve import serve
from modelwatch.cli.session import Session
from modelwatch.cli.show import show
from modelwatch.cli.silence import silence
from modelwatch.domain.errors import ModelwatchError

WRONG_USE = 2
INTERRUPTED = 130  # as shells count a program that Ctrl-C ended
DEBUG = "MODELWATCH_DEBUG"


class Program(click.Group):
    """Verbs in the order in which they are used; every error of theirs is told without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        def call() -> Any:
            return super(Program, self).main(args, prog_name, complete_var, standalone_mode=False, **extra)

        if not standalone_mode:
            return call()
        try:
            result = call()
            # While errors are still told: a reader may have gone, a disk may be full.
            sys.stdout.flush()
        except click.ClickException as error:
            error.show()
            sys.exit(WRONG_USE)
        except click.Abort:
            click.echo("Interrupted.", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            _forget_output()
            sys.exit(0)
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            click.echo(f"Error: {_message(error)}", err=True)
            raise SystemExit(WRONG_USE) from None
        sys.exit(result if isinstance(result, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # before Click takes it for a fault of ours
            _forget_output()
            return 0


def _message(error: Exception) -> str:
    if isinstance(error, ModelwatchError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    found = f"{type(error).__name__}: {error}".partition("\n")[0]
    return f"unexpected {found}\nRun it again with {DEBUG}=1 to see where, and report it."


def _forget_output() -> None:
    """Nobody reads on: what is still buffered has nowhere to go when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="MODELWATCH_HOME",
    default=Session().home,
    show_default=True,
    show_envvar=True,
    help="The folder that holds everything.",
)
@click.version_option(package_name="modelwatch")
@click.pass_context
def main(ctx: click.Context, home: Path) -> None:
    """Watch deployed models: what they see, what they say, and what turned out to be true.

    Exit codes: 0 fine, 1 findings at or above --fail-on, 2 wrong use or bad input.
    """
    session = ctx.ensure_object(Session)
    session.home = home


for _verb in (
    demo, compare, init, apply, show, ingest, label, quarantine, event, run, metrics, incidents, report, ack, comment,
    silence, channels, serve, keys,
):  # fmt: skip
    main.add_command(_verb)
