"""What is written as YAML reads back as the same value, here and elsewhere."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.spec.faults import Faults
from modelwatch.spec.nodes import Entries, Items, Node, Scalar, node_of, read_nodes
from modelwatch.spec.scalars import Class
from modelwatch.spec.shapes import Place
from modelwatch.spec.write import comment, flow, scalar

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.one_of(st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False))
scalars = st.one_of(st.booleans(), numbers, texts)
trees = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3),
    max_leaves=8,
)


def read(text: str) -> Node:
    return read_nodes(text, Faults("written"))


def value_of(node: Node) -> Any:
    match node:
        case Scalar():
            return Class().read(node, Place(Faults("written"))) if node.text or node.plain else ""
        case Items():
            return [value_of(each) for each in node.items]
        case Entries():
            return {key.text: value_of(each) for key, each in node.pairs}


@given(scalars)
def test_a_scalar_reads_back_with_its_type(value: object) -> None:
    found = value_of(read(f"[{scalar(value)}]"))[0]
    assert (found, type(found)) == (value, type(value))


@given(trees)
def test_a_tree_reads_back(tree: Any) -> None:
    assert value_of(read(flow(tree))) == tree


@given(st.one_of(texts, st.lists(texts), st.dictionaries(texts, texts)))
def test_other_readers_see_the_same_texts(tree: Any) -> None:
    assert yaml.safe_load(flow(tree)) == tree


@given(texts)
def test_a_comment_stays_on_its_line(text: str) -> None:
    [(key, value)] = read(f"a: b  {comment(text)}\n").pairs  # type: ignore[union-attr]
    assert (key.text, value.text) == ("a", "b")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "word", ["no", "Yes", "ON", "off", "null", "~", "", "true", "3", "1e3", "1:30", "-", "a: b", "#", "1"]
)
def test_what_could_be_taken_for_something_else_is_quoted(word: str) -> None:
    assert scalar(word).startswith('"')


@pytest.mark.parametrize("word", ["temp", "wind_dir", "America/New_York", "reference.parquet", "90d", "eu-west"])
def test_plain_words_stay_plain(word: str) -> None:
    assert scalar(word) == word


@given(trees)
def test_plain_values_become_the_nodes_of_their_yaml(tree: Any) -> None:
    assert value_of(node_of(tree)) == tree


def test_numbers_that_are_none_are_never_read() -> None:
    assert value_of(read(scalar("nan"))) == "nan"
    assert not math.isnan(value_of(read("0.5")))
