"""The first schema: models and what is applied, counted, measured, judged and sent about them.

A migration is frozen: it repeats the tables as they were, whatever the nouns' files say today.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.BigInteger
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _clocks_and_models()
    for name in ("profile", "slice_profile", "outcome", "slice_outcome"):
        op.create_table(
            name,
            _model(),
            _key("window_start", INSTANT()),
            _key("version", sa.String()),
            _some("window_end", INSTANT()),
            _some("blob", sa.LargeBinary()),
        )
    op.create_table(
        "measurement",
        _model(),
        _key("window_start", INSTANT()),
        _key("window_end", INSTANT()),
        _key("version", sa.String()),
        _key("part", sa.String()),
        _key("revision", sa.Integer()),
        _some("blob", sa.LargeBinary()),
    )
    _labels()
    _incidents()
    _outbox()


def _clocks_and_models() -> None:
    op.create_table("release", _key("revision", sa.String()), _some("modelwatch", sa.String()))
    op.create_table("home_clock", _key("id", sa.Integer()), _some("mode", sa.String()), sa.Column("instant", INSTANT()))
    op.create_table(
        "model",
        _number(),
        _some("project", sa.String()),
        _some("model", sa.String()),
        _some("env", sa.String()),
        sa.UniqueConstraint("project", "model", "env"),
        sqlite_autoincrement=True,
    )
    op.create_table("model_clock", _model(), _some("instant", INSTANT()))
    op.create_table("cursor", _model(), _key("lake_table", sa.String()), _some("lake_version", sa.BigInteger()))
    op.create_table(
        "event",
        _number(),
        _model(primary_key=False),
        _some("kind", sa.String()),
        _some("at", INSTANT()),
        sa.Column("until", INSTANT()),
        _some("note", sa.Text()),
        _some("link", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "monitor",
        _model(),
        _key("version", sa.Integer()),
        _some("digest", sa.String()),
        _some("text", sa.Text()),
        _some("applied_at", INSTANT()),
    )
    op.create_table("proposal", _model(), _some("text", sa.Text()), _some("at", INSTANT()))
    op.create_table(
        "api_key",
        _number(),
        _some("project", sa.String()),
        _some("name", sa.String()),
        _some("scopes", sa.JSON()),
        _some("digest", sa.LargeBinary(), unique=True),
        _some("created", INSTANT()),
        sa.Column("expires", INSTANT()),
        sa.Column("revoked", INSTANT()),
        sa.UniqueConstraint("project", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reference",
        _number(),
        _model(primary_key=False),
        _some("digest", sa.String()),
        _some("blob", sa.LargeBinary()),
        _some("meta", sa.LargeBinary()),
        sa.UniqueConstraint("model_id", "digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reference_block",
        _key("reference_id", IDENTITY, sa.ForeignKey("reference.id", ondelete="CASCADE")),
        _key("window_start", INSTANT()),
        _some("window_end", INSTANT()),
        _some("blob", sa.LargeBinary()),
    )


def _labels() -> None:
    op.create_table("label_index", _model(), _key("day", sa.Date()), _some("blob", sa.LargeBinary()))
    op.create_table(
        "label_inbox",
        _model(),
        _key("day", sa.Date()),
        _key("part", sa.Integer()),
        _some("blob", sa.LargeBinary()),
    )
    op.create_table("touched", _model(), _key("part", sa.String()), _key("window_start", INSTANT()))
    op.create_table("label_waiting", _model(), _key("part", sa.Integer()), _some("blob", sa.LargeBinary()))


def _incidents() -> None:
    op.create_table("incident_book", _model(), _some("blob", sa.LargeBinary()))
    op.create_table(
        "incident",
        _model(),
        _key("id", IDENTITY),
        _some("kind", sa.String()),
        _some("state", sa.String()),
        _some("severity", sa.String()),
        _some("opened", INSTANT()),
        sa.Column("resolved", INSTANT()),
        _some("body", sa.JSON()),
    )
    op.create_index(op.f("ix_incident_opened"), "incident", ["opened"])
    op.create_table(
        "response",
        _number(),
        _some("model_id", IDENTITY),
        _some("incident_id", IDENTITY),
        _some("at", INSTANT()),
        _some("who", sa.String()),
        _some("what", sa.String()),
        _some("text", sa.Text()),
        sa.ForeignKeyConstraint(["model_id", "incident_id"], ["incident.model_id", "incident.id"]),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_response_model_id_incident_id"), "response", ["model_id", "incident_id"])
    op.create_table(
        "silence",
        _number(),
        _model(nullable=True, primary_key=False),
        sa.Column("incident_id", IDENTITY),
        sa.Column("kind", sa.String()),
        _some("since", INSTANT()),
        _some("until", INSTANT()),
        _some("who", sa.String()),
        _some("note", sa.Text()),
        sqlite_autoincrement=True,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        _number(),
        _model(primary_key=False),
        _some("incident_id", IDENTITY),
        _some("change", sa.String()),
        _some("severity", sa.String()),
        _some("channel", sa.String()),
        _some("key", sa.String()),
        _some("body", sa.JSON()),
        _some("at", INSTANT()),
        _some("state", sa.String()),
        _some("due_at", INSTANT()),
        _some("attempts", sa.Integer()),
        sa.Column("delivered_at", INSTANT()),
        sa.Column("error", sa.Text()),
        sa.UniqueConstraint("channel", "key"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_state_due_at"), "outbox", ["state", "due_at"])
    op.create_index(op.f("ix_outbox_model_id_incident_id"), "outbox", ["model_id", "incident_id"])
    op.create_table(
        "channel", _key("name", sa.String()), _some("rest_until", INSTANT()), sa.Column("stopped", sa.Text())
    )


def _number() -> sa.Column[int]:
    return sa.Column("id", IDENTITY, primary_key=True)


def _model(*, nullable: bool = False, primary_key: bool = True) -> sa.Column[int]:
    key = sa.ForeignKey("model.id")
    return sa.Column("model_id", IDENTITY, key, nullable=nullable, primary_key=primary_key, autoincrement=False)


def _key(name: str, kind: sa.types.TypeEngine[Any], *constraints: sa.ForeignKey) -> sa.Column[Any]:
    return sa.Column(name, kind, *constraints, primary_key=True, autoincrement=False)


def _some(name: str, kind: sa.types.TypeEngine[Any], *, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, unique=unique or None)
