"""Members can be erased: since when they are nobody, and how far the destruction of private parts is."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0002_erasures"
down_revision = "0001"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_table("erasure")
    with op.batch_alter_table("member") as batch:
        batch.drop_column("erased_at")
