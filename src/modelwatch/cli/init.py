"""`modelwatch init`: a specification inferred from the reference, for a person to check and apply."""

from __future__ import annotations

import os
from pathlib import Path

import click

from modelwatch.cli.arguments import FILE, MODEL
from modelwatch.cli.terminal import remark
from modelwatch.domain.errors import InputError
from modelwatch.domain.names import ModelKey


@click.command(short_help="write a specification inferred from data")
@click.argument("model", type=MODEL)
@click.option("--reference", type=FILE, required=True, metavar="A", help="Rows of the model as they should be.")
@click.option("-o", "--output", type=FILE, metavar="F", help="Where to write; left out: standard output.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(model: ModelKey, reference: Path, output: Path | None, force: bool) -> None:
    """Write a specification for MODEL, inferred from its reference."""
    from modelwatch.compare.tables import table_of
    from modelwatch.spec import infer

    if output is not None and output.exists() and not force:
        raise InputError(f"{output} is there already: name another file, or write over it with --force")
    # A specification names its reference from where it lies itself.
    beside = Path.cwd() if output is None else output.absolute().parent
    text = infer(model.model, table_of(reference).frame, path=os.path.relpath(reference.absolute(), beside))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}") from None
    remark(f"Written to {output}. Check it, then: modelwatch apply {output}")
