"""Stories, and who thanks for them."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("featured_at", sa.BigInteger(), nullable=True),
        sa.Column("thanks", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "subject", name="pk_story"),
    )
    op.create_index("ix_story_community_id_position", "story", ["community_id", "position"])
    op.create_table(
        "thanks",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "subject", "member", name="pk_thanks"),
    )
    for table in ("story", "thanks"):
        distribute(op.get_bind(), table)


def downgrade() -> None:
    op.drop_table("thanks")
    op.drop_table("story")
