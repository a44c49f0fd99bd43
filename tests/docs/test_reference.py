"""The reference pages are those that the code makes, and what they show is understood by the program."""

from __future__ import annotations

import re
import shlex

import click
import pytest
import yaml

from make_reference import FOLDER, pages
from modelwatch.cli import main
from modelwatch.demo import FLIGHTS
from modelwatch.spec import parse
from reference.rules import catalogue

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_the_one_that_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], "run `make docs` and commit what it changed"


def test_every_metric_and_verb_has_its_section() -> None:
    metrics, verbs = ({*re.findall("^#{2,3} (.*)$", PAGES[page], re.MULTILINE)} for page in ("metrics.md", "cli.md"))
    assert {*catalogue().metrics.names()} <= metrics
    assert {*main.commands} <= verbs


EXAMPLES = re.findall(r"^```\n.*\n(.*)\n```$", PAGES["cli.md"], re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_of_a_verb_is_one(example: str) -> None:
    _, *words = shlex.split(example)
    command: click.Command = main
    with click.Context(main, info_name="modelwatch") as context:
        while isinstance(command, click.Group) and words:
            _, command, words = command.resolve_command(context, words)  # type: ignore[assignment]
        command.make_context(command.name, [*words], parent=context)


def test_the_rules_that_the_page_shows_are_read() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGES["specification.md"], re.MULTILINE | re.DOTALL)
    [rules] = [block for block in blocks if block.startswith("rules:")]
    written = (FLIGHTS / "monitor.yaml").read_text("utf-8") + rules
    monitor = parse(written, catalog=catalogue())
    own = [rule.metric for rule in monitor.rules if rule.origin == "own"]
    assert own == [rule["metric"] for rule in yaml.safe_load(rules)["rules"]]
