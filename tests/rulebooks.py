"""Small rulebooks for tests, and a community begun with one."""

from __future__ import annotations

from ledger.core.commands import Command, CreateCommunity
from ledger.core.values import Micros
from ledger.service.communities import new_id
from ledger.service.rulebooks import publication
from ledger.service.writer import Writer
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.engine import Database

SMALL = """\
preset: small
community: {tz: Asia/Shanghai, accept_late: 7d}
units:
  points: {start: 5, floor: 0, claw: clip}
creates: {thread.opened: thread}
undo:
  - {event: thread.removed, of: subject, rules: all}
cap_groups:
  social: {unit: points, points: 30, per: day, counts: net, rules: [liked, helped]}
rules:
  - {id: opened, event: thread.opened, amount: 10, once_per: [object], caps: [{points: 25, per: day}]}
  - id: liked
    event: thread.liked
    to: thread.author
    amount: 3
    when: {not_self: actor}
    once_per: [actor, object]
  - {id: helped, event: member.helped, to: helper, amount: {from: data.amount}, undo_on: [member.unhelped]}
  - {id: checked_in, event: checked.in, amount: 1, cooldown: 1h}
  - {id: linked, event: link.shared, amount: 2, once_per: [actor, link]}
  - {id: scolded, event: member.scolded, to: member, amount: -4}
quotas:
  - {id: threads, event: thread.opened, count: 6, per: day}
tiers:
  rank: {every: event, measure: points.balance, stay: while, levels: {regular: 15, pillar: 30}}
"""

SECRET = b"s" * 32
EPOCH = Micros(0)


async def begin(
    database: Database, writer: Writer, slug: str = "garden", *, rulebook: str = SMALL, at: Micros = EPOCH
) -> Community:
    """Begin a community whose log holds its creation and one rulebook: positions 1 and 2.

    Its log tells the same facts whatever its slug in the directory is.
    """
    community = Community(new_id(at), slug, slug.title(), SECRET)
    assert await directory.add(database, community, at=at)
    first: list[Command] = [
        CreateCommunity(slug="garden", name="Garden"),
        publication(rulebook, number=1),
    ]
    await writer.submit(community, first, atomic=True)
    return community
