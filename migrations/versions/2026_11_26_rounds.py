"""Rounds of games."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "game_round",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "code", name="pk_game_round"),
    )
    op.create_index("ix_game_round_community_id_opened", "game_round", ["community_id", "opened"])
    distribute(op.get_bind(), "game_round")


def downgrade() -> None:
    op.drop_table("game_round")
