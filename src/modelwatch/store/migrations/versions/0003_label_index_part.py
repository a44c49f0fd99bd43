"""The label index of a day in parts, so that a commit writes its own rows and not those of the whole day.

A migration is frozen: it repeats the tables as they were, whatever the nouns' files say today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every day that is there the first part of its day.

    How many rows it has, and whether labels, is not read: it is taken for full and labelled until it is written again.
    """
    op.create_table(
        "label_index_part",
        sa.Column(
            "model_id", IDENTITY, sa.ForeignKey("model.id"), nullable=False, primary_key=True, autoincrement=False
        ),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("labelled", sa.Boolean(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
    )
    op.execute(
        "INSERT INTO label_index_part (model_id, day, part, rows, labelled, blob) "
        "SELECT model_id, day, 0, 500000, true, blob FROM label_index"
    )
    op.drop_table("label_index")
