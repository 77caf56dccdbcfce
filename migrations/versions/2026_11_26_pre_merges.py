"""Members can be merged: who acts for whom, and what share of a balance came by whose identities."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0003_merges"
down_revision = "0002_erasures"
branch_labels = None
depends_on = None

COLUMNS = {"merged_into": sa.BigInteger, "kept": sa.BigInteger, "united": sa.String}


def upgrade() -> None:
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


def downgrade() -> None:
    op.drop_table("share")
    with op.batch_alter_table("member") as batch:
        for name in COLUMNS:
            batch.drop_column(name)
