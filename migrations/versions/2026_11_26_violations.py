"""Violations: what was reported of whom, and what became of it."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = [
    "member big",
    "position big",
    "rule text",
    "ladder text",
    "action text",
    "open big",
    "count big",
    "confirmed big",
    "confirmed_at big?",
    "forgets_at big?",
    "appeal_until big?",
    "no_earning_until big?",
    "appealed big",
    "appealed_at big?",
    "upheld big",
    "resolved big",
    "resolved_at big?",
]
TYPES = {"big": sa.BigInteger, "text": sa.String}


def upgrade() -> None:
    spelled = [column.split() for column in COLUMNS]
    op.create_table(
        "violation",
        sa.Column("community_id", sa.Uuid, nullable=False),
        *(sa.Column(name, TYPES[kind.rstrip("?")], nullable=kind.endswith("?")) for name, kind in spelled),
        sa.PrimaryKeyConstraint("community_id", "member", "position", name="pk_violation"),
    )
    op.create_index("ix_violation_community_id_position", "violation", ["community_id", "position"])
    op.create_index("ix_violation_community_id_open_position", "violation", ["community_id", "open", "position"])
    distribute(op.get_bind(), "violation")


def downgrade() -> None:
    op.drop_table("violation")
