"""`modelwatch compare`: two files against each other, without a home.

The same as `mw.compare`, as a gate for pipelines: exit code and JUnit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from modelwatch.cli.arguments import FILE
from modelwatch.cli.terminal import say, write_json
from modelwatch.domain.measurement import Status
from modelwatch.show.comparison import comparison_lines
from modelwatch.show.junit import write_junit

FINDINGS = 1


@click.command(
    short_help="compare two files once, no home needed",
    epilog="Example: modelwatch compare --reference a.parquet --current b.parquet",
)
@click.option(
    "--reference", type=FILE, required=True, metavar="A", help="What is normal: parquet, csv, jsonl or arrow."
)
@click.option("--current", type=FILE, required=True, metavar="B", help="What is held against it.")
@click.option("--columns", metavar="C,C", help="Only these columns, separated by commas.")
@click.option("--time", metavar="C", help="The column of each row's time: noise floors then come from whole days.")
@click.option(
    "--timezone", metavar="ZONE", default="UTC", show_default=True, help="Whose midnight those days start at."
)
@click.option("--json", "json_file", type=FILE, metavar="F", help="Write the result as JSON to a file, - for stdout.")
@click.option("--html", "html_file", type=FILE, metavar="F", help="Write the result as one HTML file to look at.")
@click.option("--junit", "junit_file", type=FILE, metavar="F", help="Write one JUnit test case per column to a file.")
@click.option(
    "--fail-on",
    type=click.Choice([Status.WARNING.value, Status.CRITICAL.value]),
    help="Exit with 1 if the result is as bad as this, or worse.",
)
@click.pass_context
def compare(ctx: click.Context, **given: Any) -> None:
    """Compare two files once: drift of every column, and what is wrong with the data itself."""
    from modelwatch.compare import compare as compare_once

    fail_on, json_file, junit_file = given["fail_on"], given["json_file"], given["junit_file"]
    columns: str | None = given["columns"]
    comparison = compare_once(
        reference=given["reference"],
        current=given["current"],
        columns=None if columns is None else [name.strip() for name in columns.split(",")],
        time=given["time"],
        timezone=given["timezone"],
    )
    result = comparison.to_dict()
    if str(json_file) != "-":
        say(comparison_lines(result))
    if json_file is not None:
        write_json(result, json_file)
    if given["html_file"] is not None:
        comparison.save_html(given["html_file"])
    if junit_file is not None:
        write_junit(result, Path(junit_file), fail_on=fail_on or Status.CRITICAL.value)
    if fail_on is not None and comparison.status.rank >= Status(fail_on).rank:
        ctx.exit(FINDINGS)
