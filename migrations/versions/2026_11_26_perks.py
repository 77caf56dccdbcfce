"""Perks, redemptions, offers, the playbook, and what a community sets of itself."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = {
    "setting": ["name text*", "value text", "position big"],
    "offer": ["code text*", "terms text", "retired big"],
    "tick": ["what text*", "position big", "at big", "undone big"],
    "perk": [
        "code text*",
        "terms text",
        "retired big",
        "stock big?",
        "reserved big",
        "sold big",
        "codes big",
        "handed big",
    ],
    "redemption": [
        "position big*",
        "perk text",
        "member big",
        "unit text",
        "cost big",
        "status text",
        "given big",
        "handed big",
        "open big",
        "hold_until big?",
        "requested_at big",
        "updated_at big",
        "paid_at big",
    ],
}
TYPES = {"big": sa.BigInteger, "text": sa.String, "uuid": sa.Uuid}


def upgrade() -> None:
    for table, columns in TABLES.items():
        create(table, ["community_id uuid*", *columns])
    op.create_index("ix_redemption_community_id_member_open", "redemption", ["community_id", "member", "open"])
    op.create_index("ix_redemption_community_id_perk_open", "redemption", ["community_id", "perk", "open"])
    for table in TABLES:
        distribute(op.get_bind(), table)


def create(table: str, columns: list[str]) -> None:
    """Create a table of columns spelled `name type`, with `*` in the key and `?` nullable."""
    spelled = [column.split() for column in columns]
    op.create_table(
        table,
        *(sa.Column(name, TYPES[kind.rstrip("*?")](), nullable=kind.endswith("?")) for name, kind in spelled),
        sa.PrimaryKeyConstraint(*(name for name, kind in spelled if kind.endswith("*")), name=f"pk_{table}"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
