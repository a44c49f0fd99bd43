"""What every file of the project leaves out: paths of one machine, download addresses, links to nowhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A slash not within a longer path, then a folder in which people or machines keep their own things.
MACHINE_PATH = re.compile(r"(?<![\w.:/~-])/(?:home|work|workspace|root|Users|mnt)/|\b[A-Z]:\\Users\\")
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][0-9A-Za-z.]*")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")


def project_files() -> list[str]:
    """Return the files that git holds or would take, relative to the root."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(line for line in listed.splitlines() if (ROOT / line).is_file())


FILES = project_files()
PAGES = [file for file in FILES if file.endswith(".md")]


def machine_paths(text: str) -> list[str]:
    """Return the lines of a text that name a path of one machine."""
    return [line for line in text.splitlines() if MACHINE_PATH.search(line)]


def test_no_file_names_a_path_of_one_machine() -> None:
    texts = {file: (ROOT / file).read_bytes().decode("utf-8", "replace") for file in FILES}
    assert {file: found for file, text in texts.items() if (found := machine_paths(text))} == {}


@pytest.mark.parametrize("folder", ["home", "work", "root", "Users"])
def test_a_path_of_one_machine_is_seen(folder: str) -> None:
    path = f"/{folder}/me/data.parquet"
    assert machine_paths(f"read {path}")
    assert machine_paths(f'open("{path}")')
    assert not machine_paths(f"https://example.com{path} src{path} ..{path}")


def test_constraints_are_names_and_exact_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins == sorted(pins, key=str.lower)
    assert [pin for pin in pins if not PIN.fullmatch(pin)] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_project_lead_somewhere(page: str) -> None:
    here = (ROOT / page).parent
    targets: list[str] = LINK.findall((ROOT / page).read_text("utf-8"))
    assert [target for target in targets if not (here / target).exists()] == []


def test_every_page_of_the_documentation_is_listed_in_its_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target).resolve() for target in LINK.findall(index.read_text("utf-8"))}
    pages = {(ROOT / page).resolve() for page in PAGES if page.startswith("docs/")} - {index.resolve()}
    assert sorted(str(page.relative_to(ROOT)) for page in pages - listed) == []
