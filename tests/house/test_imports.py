"""Who may import whom: the table below is the rule, the tests hold every file of the package to it.

Change the table when a room's duty changes, in the same commit as the code, and say why in that commit.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "modelwatch"


@dataclass(frozen=True)
class Room:
    """What the files of one room may import; the standard library and the room itself always."""

    ours: str = ""
    libraries: str = ""


# A room is a folder under src/modelwatch, or a file that stands there by itself. It may only import rooms
# that stand above it here: so there is no cycle.
ROOMS = {
    "domain": Room(),
    "catalog": Room("domain"),
    "stats": Room("domain", "numpy scipy"),
    "sketch": Room("domain stats", "numpy"),
    "spec": Room("domain catalog", "msgspec yaml"),
    "collect": Room("domain", "msgspec numpy polars"),
    "store": Room("domain", "alembic msgspec sqlalchemy"),
    "profile": Room("domain catalog stats sketch", "msgspec numpy polars"),
    "log": Room("domain collect store", "deltalake msgspec numpy polars"),
    "measure": Room("domain catalog stats sketch profile", "msgspec numpy"),
    "judge": Room("domain catalog stats", "msgspec"),
    "act": Room("domain catalog store"),
    "show": Room("domain catalog"),
    "compare": Room("domain catalog stats sketch spec collect profile measure judge show", "numpy polars"),
    "work": Room("domain catalog sketch spec collect store log profile measure judge act", "msgspec numpy polars"),
    # what people are shown of a home: read models, made of what the stages stored, said with the words of show
    "read": Room("domain catalog spec store profile sketch measure judge show work", "numpy"),
    "demo": Room("domain collect", "polars"),
    # the only place that wires everything
    "app": Room("domain catalog spec collect store log measure judge act work", "msgspec polars"),
    # what stands in front: the server, the client, which may write into a home, modelwatch/__init__.py for notebooks,
    # and the verbs
    "serve": Room(
        "domain catalog collect store log show read app", "jinja2 markupsafe msgspec numpy polars starlette uvicorn"
    ),
    "sdk": Room("domain collect app"),
    "__init__": Room("domain catalog spec collect profile show compare app sdk"),
    "cli": Room("domain catalog spec collect store log show compare work demo app serve sdk", "click msgspec rich"),
    "__main__": Room("cli"),
}

# The rooms in front of all others, and who may know them.
FRONT = {"app": "serve sdk __init__ cli", "serve": "cli", "cli": "__main__", "__init__": ""}

# Single files that need a library which their room as a whole does not.
ALSO = {
    "spec/infer.py": "polars",  # a specification inferred from a data frame
}

# Libraries that a user may not have, by the file that adapts each: imported inside its functions, with the
# exact install hint if missing.
ADAPTERS: dict[str, str] = {
    "act/post.py": "httpx",
    "collect/bodies.py": "zstandard",
    "show/charts/draw.py": "vl_convert",
}


@dataclass(frozen=True)
class Import:
    """One imported module as a path of names, its line, and whether loading the file leaves it untouched."""

    names: tuple[str, ...]
    line: int
    deferred: bool


def imports_of(file: str, source: str) -> Iterator[Import]:
    """Find every import of a file: at its top, in functions, under TYPE_CHECKING, and by literal name."""
    package = ("modelwatch", *file.split("/")[:-1])

    def visit(node: ast.AST, deferred: bool) -> Iterator[Import]:
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield Import(tuple(alias.name.split(".")), node.lineno, deferred)
            case ast.ImportFrom(module=module, names=aliases, level=level):
                base = package[: len(package) + 1 - level] if level else ()
                for alias in aliases:
                    names = (*base, *(module.split(".") if module else ()), alias.name)
                    yield Import(names, node.lineno, deferred)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield Import(tuple(name.split(".")), node.lineno, deferred)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.If(test=ast.Name(id="TYPE_CHECKING")):
                deferred = True
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            yield from visit(child, deferred)

    yield from visit(ast.parse(source), deferred=False)


def room_of(file: str) -> str:
    """Return the room of a file, which is given relative to the package."""
    return file.split("/", maxsplit=1)[0].removesuffix(".py")


def room_imported(names: tuple[str, ...]) -> str:
    """Return the room that an import from modelwatch reaches into."""
    name = names[1] if len(names) > 1 else "__init__"
    exists = (SOURCE / name).is_dir() or (SOURCE / f"{name}.py").is_file()
    return name if name in ROOMS or exists else "__init__"


def faults(file: str, source: str, adapters: Mapping[str, str] = ADAPTERS) -> list[str]:
    """Name every import of a file that the table does not allow."""
    room = room_of(file)
    if room not in ROOMS:
        return [f"{file}: the room {room!r} is not in the table of {Path(__file__).name}: add it"]
    ours = {room, *ROOMS[room].ours.split()}
    libraries = {*ROOMS[room].libraries.split(), *ALSO.get(file, "").split()}
    optional = set(adapters.get(file, "").split())
    found: list[str] = []
    for each in imports_of(file, source):
        top, where = each.names[0], f"{file}:{each.line}"
        if top == "modelwatch":
            target = room_imported(each.names)
            if target not in ours:
                found.append(f"{where}: {room} may not import {target}; it may: {sorted(ours)}")
        elif top in optional:
            if not each.deferred:
                found.append(f"{where}: {top} is optional: import it inside the function that needs it")
        elif top not in libraries and top not in sys.stdlib_module_names:
            found.append(f"{where}: {room} may not import {top}; it may: {sorted(libraries | optional)}")
    return found


FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES)
def test_every_file_imports_only_what_its_room_may(file: str) -> None:
    assert not faults(file, (SOURCE / file).read_text("utf-8"))


def test_a_room_only_knows_rooms_above_it() -> None:
    above: set[str] = set()
    for name, room in ROOMS.items():
        assert set(room.ours.split()) <= above, f"{name} imports a room that does not stand above it"
        above.add(name)


@pytest.mark.parametrize("front", FRONT)
def test_nothing_behind_knows_the_front(front: str) -> None:
    assert {name for name, room in ROOMS.items() if front in room.ours.split()} <= set(FRONT[front].split())


def test_exceptions_name_files_that_exist_in_rooms_that_exist() -> None:
    named = [*ALSO, *ADAPTERS]
    assert [file for file in named if (SOURCE / room_of(file)).is_dir() and file not in FILES] == []


def test_an_optional_library_is_nowhere_required() -> None:
    optional = {name for names in ADAPTERS.values() for name in names.split()}
    assert not optional & {name for room in ROOMS.values() for name in room.libraries.split()}


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        ("domain/a.py", "import numpy", "domain may not import numpy"),
        ("domain/a.py", "def f():\n    import numpy.linalg", "a.py:2: domain may not import numpy"),
        ("domain/a.py", "if TYPE_CHECKING:\n    from polars import Expr", "domain may not import polars"),
        ("domain/a.py", "importlib.import_module('yaml')", "domain may not import yaml"),
        ("domain/a.py", "from modelwatch.stats import psi", "domain may not import stats"),
        ("domain/a.py", "from ..stats import psi", "domain may not import stats"),
        ("domain/a.py", "from .. import stats", "domain may not import stats"),
        ("domain/a.py", "from modelwatch import stats", "domain may not import stats"),
        ("domain/a.py", "import modelwatch.stats.psi", "domain may not import stats"),
        ("stats/a.py", "import modelwatch", "stats may not import __init__"),
        ("stats/a.py", "from modelwatch import __version__", "stats may not import __init__"),
        ("measure/drift/a.py", "from ...judge import Rule", "measure may not import judge"),
        ("spec/parse.py", "import polars", "spec may not import polars"),
        ("catalog.py", "import numpy", "catalog may not import numpy"),
        ("utils/a.py", "", "the room 'utils' is not in the table"),
    ],
)
def test_a_forbidden_import_is_named(file: str, source: str, expected: str) -> None:
    [fault] = faults(file, source)
    assert expected in fault


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("domain/a.py", "from __future__ import annotations\nimport json, os.path"),
        ("domain/a.py", "from . import errors\nfrom .errors import InputError"),
        ("domain/a.py", "import modelwatch.domain.errors"),
        ("measure/drift/a.py", "from ..views import View\nfrom ...stats import psi"),
        ("stats/a.py", "import numpy as np\nfrom scipy import stats"),
        ("spec/infer.py", "import polars"),
    ],
)
def test_an_allowed_import_passes(file: str, source: str) -> None:
    assert not faults(file, source)


@pytest.mark.parametrize(
    ("file", "source", "expected"),
    [
        ("collect/frames.py", "def f():\n    import pandas", []),
        ("collect/frames.py", "if TYPE_CHECKING:\n    import pandas", []),
        ("collect/frames.py", "import pandas", ["inside the function"]),
        ("collect/files.py", "def f():\n    import pandas", ["collect may not import pandas"]),
    ],
)
def test_an_optional_library_stays_in_the_functions_of_its_adapter(file: str, source: str, expected: list[str]) -> None:
    found = faults(file, source, adapters={"collect/frames.py": "pandas"})
    assert len(found) == len(expected)
    assert all(part in fault for part, fault in zip(expected, found, strict=True))
