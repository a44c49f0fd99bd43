"""`keys` on a real home: made and shown once, listed without the secret, revoked for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modelwatch.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def call(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "keys", *words])


def test_a_key_is_shown_once_and_kept_as_a_hash(home: Path) -> None:
    made = call(home, "create", "ci", "--scope", "ingest", "--scope", "read", "--expires", "90d").stdout.splitlines()
    secret = made[0]
    assert secret.startswith("mw_")
    assert "not shown again" in made[1]
    [listed] = json.loads(call(home, "list", "--json").stdout)
    assert (listed["name"], listed["scopes"], listed["revoked"]) == ("ci", ["ingest", "read"], None)
    assert listed["expires"] > listed["created"]
    assert secret not in call(home, "list", "--json").stdout + call(home, "list").stdout
    assert not any(secret.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_key_that_was_revoked_says_so_and_its_name_is_spent(home: Path) -> None:
    call(home, "create", "ci", "--scope", "read", "--json")
    assert call(home, "revoke", "ci").stdout == "revoked ci of default\n"
    assert "revoked" in call(home, "list").stdout.splitlines()[1]
    again = call(home, "revoke", "ci")
    assert (again.exit_code, "no key named 'ci'" in again.stderr) == (2, True)
    assert "choose another name" in call(home, "create", "ci", "--scope", "read").stderr


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["create", "ci"], "--scope"),
        (["create", "ci", "--scope", "local"], "'local' is not one of"),
        (["create", "ci", "--scope", "read", "--expires", "soon"], "not a duration"),
        (["create", "ci", "--scope", "read", "--expires", "0d"], "not a duration"),
        (["create", "ci", "--scope", "read", "--project", "../x"], "is not allowed"),
        (["create", " ", "--scope", "read"], "printable"),
        (["list"], "there is no home"),
        (["revoke", "ci"], "there is no home"),
    ],
)
def test_what_makes_no_sense_is_refused(home: Path, words: list[str], part: str) -> None:
    told = call(home, *words)
    assert (told.exit_code, part in told.stderr) == (2, True), told.stderr
