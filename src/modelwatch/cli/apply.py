"""`modelwatch apply`: make specifications the latest ones of their models and learn their references."""

from __future__ import annotations

from pathlib import Path

import click

from modelwatch.cli.arguments import FILE, json_flag
from modelwatch.cli.session import Session, identity, pass_session
from modelwatch.cli.terminal import progress, say, say_json_list
from modelwatch.domain.errors import InputError
from modelwatch.show.work import applied_lines

_SUFFIXES = (".yaml", ".yml")


@click.command(
    short_help="create or update models from specifications", epilog="Example: modelwatch apply monitor.yaml"
)
@click.argument("path", type=FILE, metavar="FILE|FOLDER")
@json_flag
@pass_session
def apply(session: Session, path: Path, as_json: bool) -> None:
    """Create or update the models whose specifications are in a file or folder."""
    found = _specifications(path)
    done: list[dict[str, object]] = []
    with session.writing(new=True) as home, progress() as bar:
        for each in found:
            applied = home.apply(each, progress=bar)
            done.append(
                {
                    **identity(applied.monitor.key),
                    "version": applied.version,
                    "changed": applied.changed,
                    "columns": {name: str(kind) for name, kind in applied.monitor.features.items()},
                    "rows": applied.rows,
                    "notes": list(applied.notes),
                }
            )
    if as_json:
        say_json_list(done)
    else:
        say(line for each in done for line in applied_lines(each))


def _specifications(path: Path) -> list[Path]:
    """The file itself, or all specifications that lie in a folder, by name."""
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"there is no file {path}: write one with modelwatch init")
        return [path]
    found = sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES)
    if not found:
        raise InputError(f"there is no file *{' or *'.join(_SUFFIXES)} in {path}")
    return found
