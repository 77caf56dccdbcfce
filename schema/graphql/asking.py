"""What is asked about one member, under the caller's rights: what is not theirs to see is None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from ledger.core.books.shelf import Account, Standing
from ledger.core.calendar import local_date, micros, moment
from ledger.core.rulebook.grammar import Unit
from ledger.core.rules.levels import base_level
from ledger.core.values import MemberId, Micros, Position
from ledger.store.directory import Community as Place
from ledger.store.reads import history
from ledger.store.reads.earnings import Point
from ledger.store.reads.history import Which
from ledger.store.reads.spans import Span
from ledger.words.progress import Speech
from schema.graphql.pages import connection
from schema.graphql.scalars import Points
from schema.graphql.types.balance import Balance, BalancePoint, Expiring, Lasting, balance, is_asked
from schema.graphql.types.decision import Decision, decision
from schema.graphql.types.earned import EarnedSummary, days, summary
from schema.graphql.types.entry import Entry, entry, entry_at
from schema.graphql.types.node import Connection
from schema.graphql.types.redemption import Redemption, redemption
from schema.graphql.types.suggestion import Suggestion, suggestions_of
from schema.graphql.types.tier import Tier, TierProgress, ladder_of, tier_of, tier_progress
from schema.graphql.view import View

T = TypeVar("T")


class Subject(NamedTuple):
    """The member who is asked about, and who asks."""

    view: View
    place: Place
    member: MemberId

    @property
    def is_own(self) -> bool:
        """Whether the caller may see what is the member's own."""
        return self.view.sees_own(self.place, self.member)

    async def accounts(self) -> dict[str, Account]:
        """Return the member's accounts by unit."""
        return await self.view.loaders.accounts.load((self.place.id, self.member))

    async def standings(self) -> dict[str, Standing]:
        """Return the member's levels by ladder."""
        return await self.view.loaders.standings.load((self.place.id, self.member))

    async def unit(self, code: str | None) -> Unit | None:
        """Return the unit that is asked for, or the first spendable one."""
        units = (await self.view.rulebook(self.place)).units
        return next((one for one in units if is_asked(one, code)), None)


async def tiers(subject: Subject, *, main: bool = False) -> list[Tier]:
    """Return the levels that the member has, of the main ladder or of all."""
    rulebook, standings = await subject.view.rulebook(subject.place), await subject.standings()
    ladders = rulebook.ladders[:1] if main else rulebook.ladders
    held = [(ladder, standings.get(ladder.code, Standing()).level or base_level(ladder)) for ladder in ladders]
    found = [tier_of(subject.place, rulebook, ladder, level) for ladder, level in held if level]
    return [tier for tier in found if tier is not None]


async def level_since(subject: Subject) -> Micros | None:
    """Return since when the member is on their level of the main ladder; everybody begins on a base level."""
    ladder = ladder_of(await subject.view.rulebook(subject.place), None)
    if ladder is None:
        return None
    held = (await subject.standings()).get(ladder.code)
    if held is not None and held.level:
        return held.since_at
    profile = await subject.view.loaders.profiles.load((subject.place.id, subject.member))
    if profile is None or not base_level(ladder):
        return None
    return held.since_at if held is not None and held.since_at else profile.joined_at


async def balances(subject: Subject, units: Sequence[Unit]) -> list[Balance] | None:
    """Return the member's points in some units, now."""
    if not subject.is_own:
        return None
    accounts, now = await subject.accounts(), moment(subject.view.ledger.clock())
    return [balance(unit, accounts.get(unit.code, Account()), now, _lasting(subject, unit, None)) for unit in units]


async def balance_at(subject: Subject, unit: Unit, at: BalancePoint) -> Balance | None:
    """Return the member's points in a unit as of a point; None where the log does not have it."""
    if not subject.is_own:
        return None
    if at.at:
        point, as_of = Point(at=micros(at.at)), at.at
    else:
        position = Position(at.position or 0)
        found = await subject.view.loaders.events.load((subject.place.id, position))
        if found is None:
            return None
        point, as_of = Point(position=position), moment(found.event.recorded_at)
    accounts = await subject.view.loaders.accounts_at.load((subject.place.id, (subject.member, point)))
    return balance(unit, accounts.get(unit.code, Account()), as_of, _lasting(subject, unit, point))


def _lasting(subject: Subject, unit: Unit, point: Point | None) -> Lasting:
    """Return how to find what was spent up to a point, or up to now, and what expires next from now on."""
    view, place, member = subject.view, subject.place, subject.member

    async def spent() -> int:
        return (await view.loaders.spent.load((place.id, (member, point)))).get(unit.code, 0)

    async def ending() -> Expiring | None:
        if point is not None:
            return None
        found = (await view.loaders.expiring.load((place.id, member))).get(unit.code)
        if found is None:
            return None
        zone = (await view.rulebook(place)).community.tz
        return Expiring(points=Points(found.points), on=local_date(Micros(found.expires_at - 1), zone))

    return Lasting(spent, ending)


async def suggestions(subject: Subject, first: int) -> list[Suggestion] | None:
    """Return the nearest ways to the next level."""
    if not subject.is_own:
        return None
    found = await subject.view.loaders.ways.load((subject.place.id, subject.member))
    rulebook = await subject.view.rulebook(subject.place)
    speech = Speech(rulebook, subject.view.locale)
    return suggestions_of(subject.place, subject.member, found, speech)[:first] if found is not None else []


async def last_contribution(subject: Subject) -> Micros | None:
    """Return when the member last did something that a rule looked at."""
    return await subject.view.loaders.last_acts.load((subject.place.id, subject.member))


async def quiet_days(subject: Subject, joined_at: Micros) -> int:
    """Return for how many local days the member has done nothing; they did something on the day they came."""
    zone = (await subject.view.rulebook(subject.place)).community.tz
    since = await last_contribution(subject)
    now = subject.view.ledger.clock()
    return max(0, (local_date(now, zone) - local_date(since or joined_at, zone)).days)


async def progress(subject: Subject, code: str | None) -> TierProgress | None:
    """Return how far the member is on a ladder."""
    rulebook = await subject.view.rulebook(subject.place)
    ladder = ladder_of(rulebook, code)
    if ladder is None or not subject.is_own:
        return None
    found = await subject.view.loaders.progresses.load((subject.place.id, subject.member))
    return tier_progress(subject.place, rulebook, found[ladder.code], subject.view.locale)


async def earned(subject: Subject, since: date, until: date, code: str | None) -> EarnedSummary | None:
    """Return what the member earned in local days, both included."""
    unit = await subject.unit(code)
    if unit is None or not subject.is_own:
        return None
    rulebook = await subject.view.rulebook(subject.place)
    asked = days(since, until, rulebook.community.tz, unit.code)
    found = await subject.view.loaders.earned.load((subject.place.id, (subject.member, asked)))
    return summary(found, Speech(rulebook, subject.view.locale))


async def entries(subject: Subject, which: Which, at: Span) -> Connection[Entry] | None:
    """Return a page of the member's entries."""
    rows = await _rows(subject, which, at)
    return None if rows is None else _page(subject, which, at, rows, lambda row: entry(subject.place, row))


async def decisions(subject: Subject, at: Span) -> Connection[Decision] | None:
    """Return a page of what rules decided about the member."""
    which = Which(with_zero=True)
    rows = await _rows(subject, which, at)
    if rows is None:
        return None
    stored = await subject.view.loaders.events.load_many([(subject.place.id, row.position) for row in rows])
    made = {
        row.place: decision(subject.place, one, row.ordinal)
        for row, one in zip(rows, stored, strict=True)
        if one is not None
    }

    def node(row: history.Entry) -> Decision:
        found = made[row.place]
        assert found is not None  # an entry stands beside its decision
        return found

    return _page(subject, which, at, rows, node)


async def redemptions(subject: Subject, at: Span) -> Connection[Redemption] | None:
    """Return a page of the member's redemptions."""
    if not subject.is_own:
        return None
    loaders, place = subject.view.loaders, subject.place
    rows = await loaders.redemption_pages.load((place.id, (subject.member, at)))

    async def count() -> int:
        return await loaders.redemption_counts.load((place.id, subject.member))

    return connection(
        rows, at, key=lambda row: (row.position,), node=lambda row: redemption(place, row), count=count
    )


async def own_entry(subject: Subject, place: history.Place | None) -> Entry | None:
    """Return one of the member's entries."""
    found = await entry_at(subject.view, subject.place, place) if subject.is_own else None
    return found if found is not None and found.row.member == subject.member else None


async def _rows(subject: Subject, which: Which, at: Span) -> list[history.Entry] | None:
    if not subject.is_own:
        return None
    return await subject.view.loaders.entry_pages.load((subject.place.id, (subject.member, (which, at))))


def _page(
    subject: Subject, which: Which, at: Span, rows: list[history.Entry], node: Callable[[history.Entry], T]
) -> Connection[T]:
    async def count() -> int:
        return await subject.view.loaders.entry_counts.load((subject.place.id, (subject.member, which)))

    return connection(rows, at, key=lambda row: row.place, node=node, count=count)
