"""What all tables have in common: the metadata they register in, the names of constraints, the types of keys.

Every noun's file declares its own tables with these; `schema` creates them, migrations change them.
"""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Integer, MetaData

# Named here so that the rooms that may not know SQLAlchemy can say what they are handed.
Transaction: TypeAlias = Connection

# Every constraint has a name, the same on each engine: a later migration must be able to drop it.
METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

INSTANT = BigInteger()  # microseconds since 1970 do not fit PostgreSQL's INTEGER
IDENTITY = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up INTEGER keys only


def model_column(*, nullable: bool = False, primary_key: bool = True) -> Column[int]:
    """The column by which a row belongs to a model, part of the table's key unless said otherwise."""
    return Column(
        "model_id",
        IDENTITY,
        ForeignKey("model.id"),
        nullable=nullable,
        primary_key=primary_key,
        autoincrement=False,
    )
