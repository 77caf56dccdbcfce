"""Somebody looks after a member."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0005_buddies"
down_revision = "0004_preferences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "buddy",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("buddy", sa.BigInteger(), nullable=False),
        sa.Column("since_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member", name="pk_buddy"),
    )
    distribute(op.get_bind(), "buddy")


def downgrade() -> None:
    op.drop_table("buddy")
