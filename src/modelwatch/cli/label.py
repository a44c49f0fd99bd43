"""`modelwatch label`: files of labels, the truth about predictions, into the log of a model."""

from __future__ import annotations

from pathlib import Path

import click

from modelwatch.cli.arguments import FILE, MODEL, json_flag
from modelwatch.cli.receipt import tell_receipt
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import progress
from modelwatch.domain.names import ModelKey


@click.command(short_help="read files of labels", epilog="Example: modelwatch label flight-delay labels.parquet")
@click.argument("model", type=MODEL)
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--outcome", metavar="NAME", help="Which outcome the labels are of; left out: the model's own.")
@json_flag
@pass_session
def label(session: Session, model: ModelKey, files: tuple[Path, ...], outcome: str | None, as_json: bool) -> None:
    """Read labels of MODEL's predictions from parquet, csv, jsonl or arrow files.

    A row that cannot be used is quarantined with its reason. Exit codes: 0 rows were accepted, or lay there already;
    2 a file cannot be read, or none of the rows could be accepted.
    """
    with session.writing() as home, progress() as bar:
        check_known(home, model)
        receipt = home.label(model, files, outcome=outcome, progress=bar)
    tell_receipt(model, receipt, as_json=as_json)
