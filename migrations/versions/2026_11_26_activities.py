"""Activities: series that were scheduled, what is known of occurrences, and who comes."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("scheduled", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "code", name="pk_series"),
    )
    op.create_table(
        "gathering",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("going", sa.BigInteger(), nullable=False),
        sa.Column("attended", sa.BigInteger(), nullable=False),
        sa.Column("recapped", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "activity", name="pk_gathering"),
    )
    op.create_table(
        "rsvp",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "activity", "member", name="pk_rsvp"),
    )
    for table in ("series", "gathering", "rsvp"):
        distribute(op.get_bind(), table)


def downgrade() -> None:
    for table in ("rsvp", "gathering", "series"):
        op.drop_table(table)
