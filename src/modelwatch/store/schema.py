"""The schema of the database: the revision it has, the one the code needs, and the way from one to the other.

`State` asks it on every opening. Alembic is slow to import: it is loaded only when there is work for it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, inspect, select

from modelwatch.domain.errors import HomeError
from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import METADATA, Transaction

_ROOM = Path(__file__).parent
REVISIONS = tuple(sorted(path.name.split("_")[0] for path in (_ROOM / "migrations/versions").glob("[0-9]*_*.py")))
HEAD = REVISIONS[-1]

# Which release brought the database to which revision. Releases of any age read this table: it never changes.
RELEASE = Table(
    "release",
    METADATA,
    Column("revision", String, primary_key=True),
    Column("modelwatch", String, nullable=False),
)
# Alembic's own table, as Alembic makes it.
_ALEMBIC = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def bring_up(tx: Transaction, database: str, *, create: bool) -> None:
    """Bring the database to the revision that this code needs; with `create`, an empty one too."""
    stored = _stored(tx)
    if stored == HEAD:
        return
    if stored is None and create and not inspect(tx).get_table_names():
        all_tables().create_all(tx)
        _ALEMBIC.create(tx)
        tx.execute(_ALEMBIC.insert().values(version_num=HEAD))
    elif stored in REVISIONS:
        upgrade(tx)
    else:
        raise _refusal(tx, database, stored)
    upsert(tx, RELEASE, [{"revision": HEAD, "modelwatch": version("modelwatch")}])


def all_tables() -> MetaData:
    """The metadata with the tables of every noun: each file of the store declares its own."""
    for module in iter_modules([str(_ROOM)]):
        import_module(f"modelwatch.store.{module.name}")
    return METADATA


def check_current(tx: Transaction, database: str) -> None:
    """Raise `HomeError` unless the database is at the revision that this code reads."""
    stored = _stored(tx)
    if stored in REVISIONS[:-1]:
        raise HomeError(
            f"{database} is from an older release (schema {stored}, needed is {HEAD}): "
            "run a verb that writes once, such as modelwatch run, and it is brought up to date"
        )
    if stored != HEAD:
        raise _refusal(tx, database, stored)


def upgrade(tx: Transaction) -> None:
    """Apply all migrations that the database lacks, inside the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "modelwatch.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = tx
    command.upgrade(config, "head")


def _stored(tx: Transaction) -> str | None:
    if not inspect(tx).has_table(_ALEMBIC.name):
        return None
    return tx.execute(select(_ALEMBIC.c.version_num)).scalar()


def _refusal(tx: Transaction, database: str, stored: str | None) -> HomeError:
    if stored is None or stored <= HEAD:
        return HomeError(f"{database} is no complete modelwatch state: restore it from a backup, or move it away")
    release = tx.execute(select(RELEASE.c.modelwatch).where(RELEASE.c.revision == stored)).scalar() or "a newer release"
    ours = version("modelwatch")
    return HomeError(
        f"{database} was written by modelwatch {release} (schema {stored}); this is modelwatch {ours}, "
        f"which knows schemas up to {HEAD}: install modelwatch {release} or later"
    )
