"""`serve`: when it begins, when it refuses to, and how it ends."""

from __future__ import annotations

import json
import socket
import stat
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from modelwatch.cli import main
from served import Served


def test_a_server_says_where_it_is_to_its_own_user_only(tmp_path: Path, serving: Callable[[Path], Served]) -> None:
    url = serving(tmp_path / "home").url
    address = tmp_path / "home" / "server.json"
    assert stat.S_IMODE(address.stat().st_mode) == 0o600
    told = json.loads(address.read_bytes())
    assert (told["url"], len(told["token"]) >= 32) == (url, True)
    with urllib.request.urlopen(f"{url}/healthz") as answer:
        assert "server" not in {name.lower() for name in answer.headers}


def test_a_home_that_is_served_is_not_served_twice(tmp_path: Path, serving: Callable[[Path], Served]) -> None:
    serving(tmp_path / "home")
    told = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "serve", "--port", "0"])
    assert told.exit_code == 2
    assert "is in use by process" in told.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "serve", "--port", str(port)])
    assert told.exit_code == 2
    assert f"127.0.0.1:{port} cannot be listened on" in told.stderr
    assert not (tmp_path / "home" / "server.json").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_home_without_keys_is_not_served_to_other_machines(tmp_path: Path, host: str) -> None:
    told = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "serve", "--host", host, "--port", "0"])
    assert told.exit_code == 2
    assert "modelwatch keys create" in told.stderr
