"""API keys: who may send rows, read or operate, in which project; only a hash of the key is kept.

The verb `keys` makes and revokes them, the server looks them up by hash.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from sqlalchemy import JSON, Column, LargeBinary, String, Table, UniqueConstraint, select

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.scope import GRANTED
from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction

NAME_LENGTH = 64
API_KEY = Table(
    "api_key",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("project", String, nullable=False),
    Column("name", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("created", INSTANT, nullable=False),
    Column("expires", INSTANT),
    Column("revoked", INSTANT),
    UniqueConstraint("project", "name"),
    sqlite_autoincrement=True,
)


def new_key() -> str:
    """A key, to be shown once."""
    return f"mw_{secrets.token_urlsafe(32)}"


def digest_of(key: str) -> bytes:
    """What is kept of a key: it has 256 random bits, so that one round of hashing is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


class ApiKey(NamedTuple):
    """One key; without an end it holds until it is revoked."""

    project: str
    name: str
    scopes: tuple[str, ...]
    digest: bytes
    created: int
    expires: int | None = None
    revoked: int | None = None


def add(tx: Transaction, key: ApiKey) -> None:
    """Keep a new key.

    Raises
    ------
    InputError
        If the name or a scope is not allowed, or the project has had a key of that name: names are not used
        twice, so that a log stays readable.
    """
    if not key.name.strip() or not key.name.isprintable() or len(key.name) > NAME_LENGTH:
        raise InputError(f"a key cannot be named {key.name!r}: use 1 to {NAME_LENGTH} printable characters")
    if not key.scopes or not set(key.scopes) <= set(GRANTED):
        raise InputError(f"a key cannot have the scopes {', '.join(key.scopes) or 'none'}: use {', '.join(GRANTED)}")
    taken = select(API_KEY.c.id).where(API_KEY.c.project == key.project, API_KEY.c.name == key.name)
    if tx.execute(taken).first() is not None:
        raise InputError(f"project {key.project!r} has, or had, a key named {key.name!r}: choose another name")
    tx.execute(API_KEY.insert().values(**key._asdict() | {"scopes": list(key.scopes)}))


def revoke(tx: Transaction, project: str, name: str, at: int) -> None:
    """End a key.

    Raises
    ------
    UnknownName
        If the project has no key of that name that still holds.
    """
    c = API_KEY.c
    held = c.project == project, c.name == name, c.revoked.is_(None)
    if tx.execute(API_KEY.update().where(*held).values(revoked=at)).rowcount == 0:
        raise UnknownName(f"project {project!r} has no key named {name!r}: modelwatch keys list shows those there are")


def listed(tx: Transaction) -> list[ApiKey]:
    """All keys, those that were revoked too, by project and name."""
    c = API_KEY.c
    columns = c.project, c.name, c.scopes, c.digest, c.created, c.expires, c.revoked
    query = select(*columns).order_by(c.project, c.name)
    return [ApiKey(row[0], row[1], tuple(row[2]), *row[3:]) for row in tx.execute(query)]
