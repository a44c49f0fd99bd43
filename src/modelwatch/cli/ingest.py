"""`modelwatch ingest`: files of predictions into the log of a model."""

from __future__ import annotations

from pathlib import Path

import click

from modelwatch.cli.arguments import FILE, MODEL, json_flag
from modelwatch.cli.receipt import tell_receipt
from modelwatch.cli.session import Session, check_known, pass_session
from modelwatch.cli.terminal import progress
from modelwatch.domain.names import ModelKey


@click.command(
    short_help="read files of predictions", epilog="Example: modelwatch ingest flight-delay predictions.parquet"
)
@click.argument("model", type=MODEL)
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@json_flag
@pass_session
def ingest(session: Session, model: ModelKey, files: tuple[Path, ...], as_json: bool) -> None:
    """Read predictions of MODEL from parquet, csv, jsonl or arrow files.

    A row that cannot be used is quarantined with its reason. Exit codes: 0 rows were accepted, or lay there already;
    2 a file cannot be read, or none of the rows could be accepted.
    """
    with session.writing() as home, progress() as bar:
        check_known(home, model)
        receipt = home.ingest(model, files, progress=bar)
    tell_receipt(model, receipt, as_json=as_json)
