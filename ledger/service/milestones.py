"""Finds members' milestones in what the log holds of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from uuid import UUID

from ledger.core.milestones import FIRST, HELPED, Milestone, helping_rules, levels_reached, weekly
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.versions import Versions
from ledger.core.suggest import acting_rules
from ledger.core.values import MemberId
from ledger.store.engine import Database
from ledger.store.reads import milestones as reads
from ledger.store.reads.impact import Groups


async def milestones_of(
    database: Database, community: UUID, versions: Versions, book: Rulebook, groups: Groups
) -> dict[MemberId, list[Milestone]]:
    """Return people's milestones, the latest first; each once, from when it was first reached."""
    members = list(chain(*groups.values()))
    first = await reads.firsts(database, community, groups, acting_rules(versions))
    helped = await reads.firsts(database, community, groups, helping_rules(versions))
    featured = await reads.featured(database, community, members)
    moves = await reads.moves(database, community, members)
    weeks = await reads.weeks(database, community, members, weekly(versions))
    found: dict[MemberId, list[Milestone]] = {}
    for who, group in groups.items():
        several = [
            *(Milestone(code=code, at=at[who]) for code, at in ((FIRST, first), (HELPED, helped)) if who in at),
            *(featured[one] for one in group if one in featured),
            *levels_reached(book, chain(*(moves.get(one, ()) for one in group))),
            *chain(*(weeks.get(one, ()) for one in group)),
        ]
        found[who] = sorted(_once(several), key=lambda one: (-one.at, one.name))
    return found


def _once(several: Iterable[Milestone]) -> list[Milestone]:
    """Return milestones without those that were reached before."""
    found: dict[str, Milestone] = {}
    for one in sorted(several, key=lambda one: one.at):
        found.setdefault(one.name, one)
    return list(found.values())
