"""`modelwatch show`: a model's specification in full, or the list of models."""

from __future__ import annotations

import click

from modelwatch.cli.arguments import MODEL, json_flag
from modelwatch.cli.session import Session, check_known, identity, pass_session
from modelwatch.cli.terminal import say, say_json
from modelwatch.domain.names import ModelKey
from modelwatch.show.work import model_lines


@click.command(
    short_help="print a specification in full, or list the models", epilog="Example: modelwatch show flight-delay"
)
@click.argument("model", type=MODEL, required=False)
@json_flag
@pass_session
def show(session: Session, model: ModelKey | None, as_json: bool) -> None:
    """Print MODEL's specification with every default and rule, or all models without one."""
    with session.reading() as home:
        if model is None:
            listed = [identity(key) for key in home.models()]
            if as_json:
                say_json(listed)
            else:
                say(model_lines(listed))
            return
        check_known(home, model)
        text = home.show(model)
        if as_json:
            from modelwatch.spec import parse

            say_json(parse(text, catalog=home.catalog, project=model.project, any_channel=True).to_dict())
        else:
            click.echo(text, nl=False)
