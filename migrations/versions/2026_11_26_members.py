"""Members: erased ones, merged ones, what they choose for themselves, and who looks after whom."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = {"merged_into": sa.BigInteger, "kept": sa.BigInteger, "united": sa.String}


def upgrade() -> None:
    op.add_column("member", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("done_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member", name="pk_erasure"),
    )
    distribute(op.get_bind(), "erasure")
    for name, kind in COLUMNS.items():
        op.add_column("member", sa.Column(name, kind(), nullable=True))
    op.create_table(
        "share",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "member", "unit", name="pk_share"),
    )
    distribute(op.get_bind(), "share")
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
    for table in ("milestone_seen", "preference"):
        op.drop_table(table)
    op.drop_table("share")
    with op.batch_alter_table("member") as batch:
        for name in COLUMNS:
            batch.drop_column(name)
    op.drop_table("erasure")
    with op.batch_alter_table("member") as batch:
        batch.drop_column("erased_at")
