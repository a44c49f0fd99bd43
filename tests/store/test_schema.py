"""The schema: created equals migrated, nothing slow happens without need, other releases are told apart."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from modelwatch.domain.errors import HomeError
from modelwatch.store import State, labels, schema
from modelwatch.store.dialect import sqlite_engine


def tables(tx: Connection) -> dict[str, str]:
    """Return every table and index with the words that made it."""
    return {row.name: row.sql for row in tx.execute(text("SELECT name, sql FROM sqlite_master"))}


def change(path: Path, *statements: str) -> None:
    """Change a database behind the state's back."""
    engine = sqlite_engine(path, "rwc", busy_seconds=1)
    with engine.begin() as tx:
        for statement in statements:
            tx.execute(text(statement))
    engine.dispose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of this release."""
    made = tmp_path / "state.sqlite"
    State.create(made).close()
    return made


def test_migrating_makes_the_very_tables_that_creating_makes(path: Path, tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "migrated.sqlite", "rwc", busy_seconds=1)
    with engine.begin() as tx:
        schema.upgrade(tx)
        migrated = tables(tx)
        assert compare_metadata(MigrationContext.configure(tx), schema.all_tables()) == []
    engine.dispose()
    with State.open(path, read_only=True) as state, state.reading() as tx:
        assert tables(tx) == migrated


def test_a_database_of_the_first_schema_is_brought_up_to_date_by_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    engine = sqlite_engine(path, "rwc", busy_seconds=1)
    with engine.begin() as tx:
        config = Config()
        config.set_main_option("script_location", "modelwatch.store:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = tx
        command.upgrade(config, schema.REVISIONS[0])
        tx.execute(text("INSERT INTO model (project, model, env) VALUES ('p', 'm', 'e')"))
        tx.execute(text("INSERT INTO label_index (model_id, day, blob) VALUES (1, '2026-03-01', x'77')"))
    engine.dispose()
    with pytest.raises(HomeError, match=r"older release \(schema 0001"):
        State.open(path, read_only=True)
    with State.open(path) as state, state.reading() as tx:
        assert tx.execute(text("SELECT model FROM model")).scalars().all() == ["m"]
        [part] = labels.index_parts(tx, 1)
        assert (part.day, part.part, part.labelled) == (date(2026, 3, 1), 0, True)
        assert labels.get_index(tx, 1, part) == b"w"
        assert compare_metadata(MigrationContext.configure(tx), schema.all_tables()) == []


def test_every_table_can_be_made_on_postgresql() -> None:
    for table in schema.all_tables().sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_every_key_is_named() -> None:
    for table in schema.all_tables().tables.values():
        assert len(table.primary_key) > 0
        assert all(constraint.name for constraint in table.constraints)


def test_the_head_is_that_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "modelwatch.store:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [schema.HEAD]
    assert sorted(each.revision for each in script.walk_revisions()) == list(schema.REVISIONS)


def test_opening_and_creating_do_not_load_alembic(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from modelwatch.store import State\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "State.create(path).close()\n"
        "State.open(path).close()\n"
        "State.open(path, read_only=True).close()\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "state.sqlite")], check=True)


def test_creating_again_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    State.create(path).close()
    assert path.read_bytes() == before


def test_a_creation_that_was_cut_off_is_completed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.touch()
    with pytest.raises(HomeError, match="no complete modelwatch state"):
        State.open(path)
    State.create(path).close()
    State.open(path).close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_release_is_named(path: Path, read_only: bool) -> None:
    change(
        path,
        "UPDATE alembic_version SET version_num = '9001'",
        "INSERT INTO release (revision, modelwatch) VALUES ('9001', '7.2.0')",
    )
    before = path.read_bytes()
    with pytest.raises(HomeError, match=r"written by modelwatch 7\.2\.0 \(schema 9001\).*install modelwatch 7\.2\.0"):
        State.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_a_newer_release_that_left_no_name_is_refused_too(path: Path) -> None:
    change(path, "UPDATE alembic_version SET version_num = '9001'")
    with pytest.raises(HomeError, match="a newer release"):
        State.open(path)


def test_an_unknown_older_schema_is_refused(path: Path) -> None:
    change(path, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(HomeError, match="no complete modelwatch state"):
        State.open(path)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    change(path, "CREATE TABLE invoice (id INTEGER PRIMARY KEY)")
    for opening in (State.create, State.open):
        with pytest.raises(HomeError, match="no complete modelwatch state"):
            opening(path)
    engine = sqlite_engine(path, "ro", busy_seconds=1)
    with engine.begin() as tx:
        assert list(tables(tx)) == ["invoice"]
    engine.dispose()


def test_each_revision_tells_its_release(path: Path) -> None:
    with State.open(path) as state, state.reading() as tx:
        assert tx.execute(text("SELECT revision FROM release")).scalars().all() == [schema.HEAD]
