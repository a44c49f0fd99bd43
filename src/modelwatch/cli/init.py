"""`modelwatch init`: a specification inferred from the reference, for a person to check and apply."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from modelwatch.cli.arguments import FILE, MODEL
from modelwatch.cli.terminal import say
from modelwatch.domain.columns import Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey

_ROLES = ("id", "timestamp", "score", "prediction", "label")
_TASKS = [task.value for task in (Task.BINARY, Task.REGRESSION, Task.NONE)]


@click.command(
    short_help="write a specification inferred from data",
    epilog="Example: modelwatch init flight-delay --reference old.csv -o monitor.yaml",
)
@click.argument("model", type=MODEL)
@click.option("--reference", type=FILE, required=True, metavar="A", help="Rows of the model as they should be.")
@click.option("--id", metavar="COL", help="The column that tells predictions apart.")
@click.option("--timestamp", metavar="COL", help="The column of the time of each prediction.")
@click.option("--score", metavar="COL", help="The column of the probability of the positive class.")
@click.option("--prediction", metavar="COL", help="The column of the predicted class or value.")
@click.option("--label", metavar="COL", help="The column of the truth.")
@click.option(
    "--task", type=click.Choice(_TASKS), help="What the model predicts. All of these are guessed if left out."
)
@click.option("-o", "--output", type=FILE, metavar="F", help="Where to write; left out: standard output.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(
    model: ModelKey, reference: Path, output: Path | None, force: bool, task: str | None, **columns: str | None
) -> None:
    """Write a specification for MODEL, inferred from its reference."""
    from modelwatch.compare.tables import table_of
    from modelwatch.spec import infer

    if output is not None and output.exists() and not force:
        raise InputError(f"{output} is there already: name another file, or write over it with --force")
    # A specification names its reference from where it lies itself.
    beside = Path.cwd() if output is None else output.absolute().parent
    table = table_of(reference)
    text = infer(
        model.model,
        table.frame,
        path=os.path.relpath(reference.absolute(), beside),
        words=table.words,
        named={role: columns[role] or "" for role in _ROLES if columns[role] is not None},
        task=None if task is None else Task(task),
    )
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}") from None
    say(_guessed(text, output))


def _guessed(text: str, output: Path) -> Iterator[str]:
    """What was guessed, and what a person should look at before applying it."""
    from modelwatch.catalog import Catalog
    from modelwatch.spec import parse

    monitor = parse(text, catalog=Catalog())
    roles = ", ".join(f"{role} {column}" for role, column in monitor.roles.named.items())
    yield f"{output}: task {monitor.task}; {roles or 'no column with a part'}; {len(monitor.features)} features"
    for number, line in enumerate(text.splitlines(), start=1):
        said, _, doubt = line.partition("# check: ")
        if doubt:
            yield f"  check line {number}: {said.strip()}{': ' if said.strip() else ''}{doubt}"
    yield f"then: modelwatch apply {output}"
