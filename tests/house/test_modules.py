"""What every module of the project has: a docstring, and a list of public names that tells the truth."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "benchmarks", "scripts", "examples")
MODULES = sorted(str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PACKAGES = sorted(str(path.relative_to(ROOT / "src").parent) for path in (ROOT / "src").rglob("__init__.py"))


def names_made(source: str) -> set[str]:
    """Return the public names that a package's __init__ defines, or takes from its own modules."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        match node:
            case ast.ImportFrom(module=module, names=aliases, level=level):
                if level or (module or "").split(".")[0] == "modelwatch":
                    names |= {alias.asname or alias.name for alias in aliases}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("file", MODULES)
def test_a_module_says_what_it_is_for(file: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / file).read_text("utf-8")))


def test_every_folder_with_modules_is_a_package() -> None:
    # The doctests import a folder without __init__.py under a second name, and its classes exist twice.
    folders = {str(Path(file).parent.relative_to("src")) for file in MODULES if file.startswith("src/")}
    run_by_alembic = {folder for folder in folders if "migrations" in Path(folder).parts}
    assert sorted(folders - set(PACKAGES) - run_by_alembic) == []


@pytest.mark.parametrize("folder", PACKAGES)
def test_the_public_list_is_complete_and_importable(folder: str) -> None:
    package = importlib.import_module(folder.replace("/", "."))
    public: list[str] = getattr(package, "__all__", [])
    assert len(public) == len(set(public))
    assert [name for name in public if not hasattr(package, name)] == []
    made = names_made((ROOT / "src" / folder / "__init__.py").read_text("utf-8"))
    assert sorted(made - set(public)) == [], "public names that __all__ leaves out"


def test_names_made_sees_definitions_and_own_imports_only() -> None:
    source = (
        "import os\nfrom typing import Any\nfrom modelwatch.domain import Window\nfrom .a import b as c\n"
        "class D: ...\ndef e(): ...\nF = 1\ng: int = 2\n_h = 3\n"
    )
    assert names_made(source) == {"Window", "c", "D", "e", "F", "g"}
