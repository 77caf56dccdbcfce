"""Makes the demo community: begun like any other, its history played through a writer with fixed keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import astuple

from ledger.core.calendar import moment
from ledger.core.commands import RecordContribution
from ledger.core.values import MemberId
from ledger.service.communities import CommunityRefused, begin
from ledger.service.ledger import Ledger
from ledger.service.links import link_token
from ledger.service.seeding.agenda import Agenda, Told
from ledger.service.seeding.cast import Chosen, Happening, Person, cast, command
from ledger.service.seeding.keys import demo_keys
from ledger.service.seeding.playing import StoryClock, chapters, play
from ledger.service.seeding.story import history
from ledger.service.writer import Writer
from ledger.store import directory
from ledger.store.directory import Community
from ledger.store.preferences import Preferences, prefer
from ledger.store.reads.journal import by_key, head
from ledger.store.reads.names import member_by_identity

SLUG = "demo"
NAME = "慢烤社 Slow Bake"
PRESET = "seed_circle"
END = "history-end"
END_SOURCE = "demo:history"
"""The key of the event after the last of the history; where it is, nothing is left to play."""

LINK_MINUTES = 24 * 60


class Demo(NamedTuple):
    """The demo as it stands: how much there is, its keys by name, and a token that signs a member in."""

    community: Community
    members: int
    events: int
    keys: dict[str, str]
    link: str


async def prepare(ledger: Ledger) -> Demo:
    """Make the demo where it is not there, and return it with its keys.

    Raises:
        CommunityRefused: another community has its slug, or another release cut its history short.
    """
    community = await tell(ledger)
    keys = await demo_keys(ledger, community)
    member = await _somebody(ledger, community)
    token = link_token(community, member, minutes=LINK_MINUTES, at=ledger.clock())
    end = await head(ledger.database, community.id)
    return Demo(community, end.members, end.position, keys, token.text)


async def tell(ledger: Ledger) -> Community:
    """Play the history, or the rest of it that a crash cut off. One that is whole is left alone.

    It ends when the community was made, so it is the same commands on any later day.

    Raises:
        CommunityRefused: see `prepare`.
    """
    community = await ledger.community(SLUG)
    if community is not None and await by_key(ledger.database, community.id, END, END_SOURCE):
        return community
    ended_at = await directory.created_at(ledger.database, community.id) if community else ledger.clock()
    clock = StoryClock(Agenda(ended_at).began_at)
    writer = Writer(ledger.database, clock=clock)
    community = await begin(ledger.database, writer, SLUG, name=NAME, preset=PRESET, clock=lambda: ended_at)
    ended_at = await directory.created_at(ledger.database, community.id)
    told = history(ended_at)
    await _refuse_another(ledger, community, told)
    told.append(command(Happening(event="demo.told", source=END_SOURCE), ended_at, key=END, imported=False))
    cut = chapters(told, Agenda(ended_at).began_at)
    await play(ledger.database, writer, community, clock, cut[:-1])
    await _prefer(ledger, community)
    await play(ledger.database, writer, community, clock, cut[-1:])
    return community


async def _prefer(ledger: Ledger, community: Community) -> None:
    """Write what members chose for themselves: that is in no log."""
    for person in cast().people:
        member = await _known(ledger, community, person) if person.prefers else None
        if person.prefers is not None and member is not None:
            await prefer(ledger.database, community.id, member, _choosing(person.prefers))


def _choosing(wished: Chosen) -> Callable[[Preferences], Preferences]:
    """Return the choice of just that, whatever was chosen before."""
    chosen = Preferences(*astuple(wished))
    return lambda _: chosen


async def _refuse_another(ledger: Ledger, community: Community, told: Sequence[Told]) -> None:
    """Refuse to play history into a log that has members and not this history's first event."""
    first = next(one for one in told if isinstance(one, RecordContribution))
    end = await head(ledger.database, community.id)
    if end.members and not await by_key(ledger.database, community.id, first.key, first.source):
        day = moment(end.recorded_at).date()
        raise CommunityRefused(
            f"there is another community {SLUG!r} here, last used {day}: for the demo choose a new LEDGER_DATA_DIR"
        )


async def _somebody(ledger: Ledger, community: Community) -> MemberId:
    """Return the liveliest member who is still known by name."""
    for person in cast().people:
        if (member := await _known(ledger, community, person)) is not None:
            return member
    return MemberId(1)


async def _known(ledger: Ledger, community: Community, person: Person) -> MemberId | None:
    platform, _, external_id = person.who.partition(":")
    return await member_by_identity(ledger.database, community.id, platform, external_id)
