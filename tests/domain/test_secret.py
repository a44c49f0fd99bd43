"""Secrets: read where they stand, when they are needed, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelwatch.domain.errors import InputError
from modelwatch.domain.secret import Secret, hide


def test_a_secret_is_text_variable_or_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("  from file\n", "utf-8")
    monkeypatch.setenv("MODELWATCH_TEST_SECRET", "from variable")
    assert Secret(text="plain").reveal() == "plain"
    assert Secret(env="MODELWATCH_TEST_SECRET").reveal() == "from variable"
    assert Secret(file=str(file)).reveal() == "from file"
    file.write_text("renewed", "utf-8")
    assert Secret(file=str(file)).reveal() == "renewed"


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        (Secret(env="MODELWATCH_TEST_NOT_SET"), "the environment variable MODELWATCH_TEST_NOT_SET is empty or not set"),
        (Secret(file="not/there"), "the file not/there cannot be read: No such file"),
        (Secret(text=""), "is empty or not set"),
    ],
)
def test_a_secret_that_is_not_there_is_told(secret: Secret, told: str) -> None:
    with pytest.raises(InputError, match=told):
        secret.reveal()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        Secret(file=str(tmp_path / "secret")).reveal()


def test_a_secret_is_never_shown() -> None:
    for secret in (Secret(text="hunter2"), Secret(env="HUNTER"), Secret(file="hunter.txt")):
        assert "hunter2" not in f"{secret} {secret!r} {secret.where}"


def test_longer_secrets_are_hidden_first() -> None:
    assert hide("abcd abc", ["abc", "abcd", ""]) == "*** ***"
