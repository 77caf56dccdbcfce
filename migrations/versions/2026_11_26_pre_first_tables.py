"""The first tables: directory, journal, books."""

import sqlalchemy as sa
from alembic import op

from ledger.store.citus import distribute, has_citus

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SHARED = {
    "heartbeat": ["name text*", "at big"],
    "community": ["id uuid*", "slug text", "name text", "created_at big", "secret raw"],
    "api_key": [
        "id text*",
        "community_id uuid",
        "name text",
        "secret_hash raw",
        "scopes text",
        "source_prefixes text",
        "created_at big",
        "expires_at big?",
        "revoked_at big?",
    ],
}
TENANT = {
    "head": ["position big", "hash raw", "recorded_at big", "members big", "undoing big"],
    "event": [
        "position big*",
        "type text",
        "source text",
        "key text",
        "subject text?",
        "occurred_at big",
        "recorded_at big",
        "rulebook big",
        "mac raw",
        "private_digest raw?",
        "body raw",
        "hash raw",
    ],
    "event_private": ["position big*", "salt raw", "content raw"],
    "entry": [
        "position big*",
        "ordinal big*",
        "member big",
        "unit text",
        "rule text",
        "kind text",
        "outcome text",
        "wanted big",
        "delta big",
        "balance_after big",
        "occurred_at big",
        "reverses_position big?",
        "reverses_ordinal big?",
    ],
    "tier_change": [
        "position big*",
        "ordinal big*",
        "ladder text",
        "member big",
        "before text",
        "after text",
        "occurred_at big",
    ],
    "member": ["member big*", "joined_at big", "seen_position big", "left_at big?"],
    "account": ["member big*", "unit text*", "balance big", "held big", "pending big", "earned big"],
    "counter": ["scope text*", "key text*", "period text*", "amount big"],
    "claim": ["kind text*", "key text*", "position big", "ordinal big"],
    "object": ["subject text*", "kind text", "author big"],
    "tier": [
        "ladder text*",
        "member big*",
        "level text",
        "since_position big",
        "since_at big",
        "below big",
        "judged_on big",
        "locked big",
    ],
    "trail": ["key text*", "position big*"],
    "rulebook": ["version big*", "position big", "effective_from big?"],
    "tally": ["series text*", "member big*", "total big", "days big", "entries raw"],
    "streak": ["streak text*", "member big*", "last big", "length big", "freezes big"],
    "lot": [
        "member big*",
        "position big*",
        "ordinal big*",
        "unit text",
        "gained big",
        "remaining big",
        "expired big",
        "expires_at big",
    ],
    "waiting": [
        "member big*",
        "position big*",
        "ordinal big*",
        "unit text",
        "amount big",
        "release_at big?",
        "open big",
        "released_at big",
    ],
    "due": ["what text*", "member big*", "at big?"],
    "tier_run": [
        "ladder text*",
        "due_at big?",
        "opened big",
        "first_day big",
        "last_day big",
        "members big",
        "done_to big",
    ],
    "group_wish": [
        "member big*",
        "group_code text*",
        "wanted big",
        "since_position big",
        "since_at big",
        "held big",
        "inside big",
        "reported_at big?",
    ],
    "profile": ["member big*", "display_name text"],
    "identity": ["platform text*", "external_id text*", "member big", "received text"],
}
TYPES = {"big": sa.BigInteger, "text": sa.String, "raw": sa.LargeBinary, "uuid": sa.Uuid}


def upgrade() -> None:
    for table, columns in SHARED.items():
        create(table, columns)
    for table, columns in TENANT.items():
        create(table, ["community_id uuid*", *columns])
    op.create_index("ix_api_key_community_id", "api_key", ["community_id"])
    op.create_index(
        "ix_entry_community_id_member_position_ordinal", "entry", ["community_id", "member", "position", "ordinal"]
    )
    op.create_index("ix_identity_community_id_member", "identity", ["community_id", "member"])
    op.create_index("ix_entry_community_id_occurred_at", "entry", ["community_id", "occurred_at"])
    op.create_index("ix_waiting_community_id_open_position", "waiting", ["community_id", "open", "position"])
    op.create_index("ix_due_community_id_at", "due", ["community_id", "at"])
    op.create_index("ix_group_wish_community_id_since_position", "group_wish", ["community_id", "since_position"])
    for table in TENANT:
        distribute(op.get_bind(), table)
    guard_event()


def create(table: str, columns: list[str]) -> None:
    """Create a table of columns spelled `name type`, with `*` in the key and `?` nullable."""
    spelled = [column.split() for column in columns]
    unique = {
        "community": [sa.UniqueConstraint("slug", name="uq_community_slug")],
        "event": [sa.UniqueConstraint("community_id", "source", "key", name="uq_event_community_id_source_key")],
    }
    op.create_table(
        table,
        *(sa.Column(name, TYPES[kind.rstrip("*?")](), nullable=kind.endswith("?")) for name, kind in spelled),
        sa.PrimaryKeyConstraint(*(name for name, kind in spelled if kind.endswith("*")), name=f"pk_{table}"),
        *unique.get(table, []),
    )


def guard_event() -> None:
    """Let events only be added. A second net under the grants; Citus takes no triggers."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_no_{act.lower()} BEFORE {act} ON event "
                "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
            )
    elif not has_citus(op.get_bind()):
        op.execute(
            "CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
            "FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only()"
        )


def downgrade() -> None:
    for table in (*TENANT, *SHARED):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS event_is_append_only()")
