"""A name that is accepted can be a folder: of its own, and nowhere else."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelwatch.domain.errors import InputError
from modelwatch.domain.names import NAME_LENGTH, NAME_PATTERN, ModelKey, check_name

good = st.from_regex(NAME_PATTERN, fullmatch=True).filter(lambda name: len(name) <= NAME_LENGTH)


@given(good)
def test_a_good_name_is_one_plain_folder(name: str) -> None:
    assert check_name(name) == name
    for path in (PurePosixPath("home") / name, PureWindowsPath("home") / name):
        assert path.parts == ("home", name)


@given(st.text(max_size=80))
def test_any_text_is_a_plain_folder_or_refused(text: str) -> None:
    try:
        name = check_name(text)
    except InputError:
        return
    assert name.isascii()
    assert name == name.lower().strip()
    assert not {"/", "\\", ":", "\0"} & set(name)
    assert ".." not in name
    assert 0 < len(name) <= NAME_LENGTH


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Flight",
        "a b",
        ".",
        "..",
        ".hidden",
        "a..b",
        "a.",
        "-a",
        "_a",
        "a/b",
        "a\\b",
        "a\n",
        "flüge",
        "a" * 65,
    ],
)
def test_names_that_would_harm_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^model .* is not allowed: use at most 64 lower-case letters"):
        ModelKey(name)


@pytest.mark.parametrize("name", ["a", "0", "flight-delay", "eu.prod_2", "a" * 64])
def test_plain_names_are_accepted(name: str) -> None:
    assert str(ModelKey(name, name, name)) == f"{name}/{name}/{name}"


def test_the_message_says_which_part_of_the_key_is_wrong() -> None:
    with pytest.raises(InputError, match=r"^env 'Prod' is not allowed"):
        ModelKey("a", "Prod")
    with pytest.raises(InputError, match=r"^project '' is not allowed"):
        ModelKey("a", "prod", "")
