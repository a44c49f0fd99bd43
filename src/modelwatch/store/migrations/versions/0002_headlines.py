"""One line per model and window for pages about many models, and indexes by which incidents are found by time.

A migration is frozen: it repeats the tables as they were, whatever the nouns' files say today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.BigInteger
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of headlines and the index of incidents by their end."""
    op.create_table(
        "headline",
        sa.Column(
            "model_id", IDENTITY, sa.ForeignKey("model.id"), nullable=False, primary_key=True, autoincrement=False
        ),
        sa.Column("window_start", INSTANT(), primary_key=True, autoincrement=False),
        sa.Column("window_end", INSTANT(), primary_key=True, autoincrement=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("metric", sa.String()),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("span", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("low", sa.Float()),
        sa.Column("high", sa.Float()),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("pending_share", sa.Float()),
        sa.Column("reference_mean", sa.Float()),
        sa.Column("reference_sd", sa.Float()),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_incident_resolved"), "incident", ["resolved"])
