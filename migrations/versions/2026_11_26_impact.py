"""Whose a thing is that members thank for; stories by author, and levels by member, are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = (("thanks", "author"), ("story", "author"), ("tier_change", "member"))


def upgrade() -> None:
    op.add_column("thanks", sa.Column("author", sa.BigInteger(), nullable=True))
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_community_id_{column}", table, ["community_id", column])


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_community_id_{column}", table)
    op.drop_column("thanks", "author")
