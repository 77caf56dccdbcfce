"""What members choose for themselves, and which milestones they have seen."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0004_preferences"
down_revision = "0003_merges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("listed", sa.BigInteger(), nullable=False),
        sa.Column("celebrate", sa.BigInteger(), nullable=False),
        sa.Column("notify_via", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", "member", name="pk_preference"),
    )
    op.create_table(
        "milestone_seen",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member", "code", name="pk_milestone_seen"),
    )
    for table in ("preference", "milestone_seen"):
        distribute(op.get_bind(), table)


def downgrade() -> None:
    for table in ("milestone_seen", "preference"):
        op.drop_table(table)
