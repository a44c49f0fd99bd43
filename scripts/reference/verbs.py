"""The page on the command line, from the verbs as Click knows them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from modelwatch.cli import main
from reference.markdown import MADE, code, page, table

_INTRO = f"""# Command line
{MADE}

`modelwatch [--home DIR] VERB ...`: every verb explains itself with `--help`. A home is the folder that holds
everything: `--home`, else the variable `MODELWATCH_HOME`, else `./modelwatch-home`.

While a server holds a home, verbs that write go through it; nothing about them changes. Times are RFC 3339, as in
`2013-12-31` or `2013-12-31T06:00Z`; without a zone they are UTC. A model is `MODEL`, `MODEL/ENV` or
`PROJECT/MODEL/ENV`.

| exit code | when |
|---|---|
| 0 | fine |
| 1 | findings at or above `--fail-on`; a test message that could not be delivered |
| 2 | wrong use or bad input: one message says what, where and what to do |
| 130 | interrupted by Ctrl-C |"""


def verbs_page() -> str:
    """The whole page."""
    overview = [(f"[{code(name)}](#{name})", verb.short_help or "") for name, verb in main.commands.items()]
    sections = [part for name, verb in main.commands.items() for part in _section(name, verb)]
    return page(_INTRO.splitlines(), table(("verb", "does"), overview), *sections)


def _section(path: str, verb: click.Command) -> Iterator[list[str]]:
    yield [f"## {path}"]
    with click.Context(verb, info_name=f"modelwatch {path}") as context:
        usage = " ".join([context.command_path, *verb.collect_usage_pieces(context)])
        options = [_row(each, context) for each in verb.params if isinstance(each, click.Option)]
    text = inspect.cleandoc(verb.help or "")
    if not text:
        raise ValueError(f"the verb {path} has no help: begin its function with a docstring")
    yield from (part.splitlines() for part in text.split("\n\n"))
    runs = not isinstance(verb, click.Group) or verb.invoke_without_command
    if runs:
        yield ["```", usage, f"{_example(path, verb)}", "```"]
    if options:
        yield table(("option", "default", "meaning"), options)
    if isinstance(verb, click.Group):
        for name, each in verb.commands.items():
            yield from _section(f"{path} {name}", each)


def _example(path: str, verb: click.Command) -> str:
    example = (verb.epilog or "").removeprefix("Example: ")
    if not example.startswith(f"modelwatch {path}"):
        raise ValueError(f"the verb {path} has no example: give it epilog='Example: modelwatch {path} ...'")
    return example


def _row(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    if not option.help:
        raise ValueError(f"{context.command_path} {option.opts[0]} has no help: say what it is for")
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    default = option.get_default(context) if option.show_default else None
    told = "required" if option.required else "-" if default is None else code(str(default))
    return f"`{', '.join(option.opts)}{value}`", told, option.help
