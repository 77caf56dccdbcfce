"""Communities, members and their points, as frontends see them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from ledger.core.books.shelf import Account
from ledger.core.calendar import moment
from ledger.core.rulebook import grammar
from ledger.core.values import MemberId
from ledger.store import directory
from ledger.store.reads.balances import accounts_of
from ledger.store.reads.journal import head
from ledger.store.reads.members import Profile, profile
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.scalars import Points
from schema.graphql.view import Info, view_of


@described
class Unit:
    """A currency of the community; amounts are in its minor units (10^-scale)."""

    code: str = field("Its code in the rulebook.")
    name: str = field("What it is called.")
    scale: int = field("How many decimals a whole unit has.")
    spendable: bool = field("Whether perks can cost it.")


@described
class Balance:
    """A member's points in one unit: total = available + held; pending is not yet in it."""

    unit: Unit = field("The currency.")
    total: Points = field("Available and held together.")
    available: Points = field("What can be spent.")
    held: Points = field("What redemptions hold.")
    pending: Points = field("What waits for a delay or a review.")
    lifetime_earned: Points = field("Ever awarded, less what was taken back.")
    as_of: datetime = field("When this was read.")


@described
class Member:
    """A member. Balances are the member's own and the operator's: null for others."""

    place: strawberry.Private[directory.Community]
    number: strawberry.Private[MemberId]
    profile: strawberry.Private[Profile]

    @resolved("A global id.")
    def id(self) -> strawberry.ID:
        """Return the member's global id."""
        return strawberry.ID(write_id("Member", self.place.id, self.number))

    @resolved("What the member is called.")
    def display_name(self) -> str:
        """Return the member's name."""
        return self.profile.name

    @resolved("The earlier of first sight and joining.")
    def joined_at(self) -> datetime:
        """Return when the member joined."""
        return moment(self.profile.joined_at)

    @resolved("The community the member belongs to.")
    def community(self) -> Community:
        """Return the member's community."""
        return Community(place=self.place)

    @resolved("In the first spendable unit; null where there is none.")
    async def balance(self, info: Info, unit: str | None = None) -> Balance | None:
        """Return the member's points in one unit."""
        rulebook = await view_of(info).rulebook(self.place)
        chosen = next((one for one in rulebook.units if _is_asked(one, unit)), None)
        return None if chosen is None else (await self._balances(info, [chosen]))[0]

    @resolved("In every unit.")
    async def balances(self, info: Info) -> list[Balance] | None:
        """Return the member's points in every unit."""
        rulebook = await view_of(info).rulebook(self.place)
        return await self._balances(info, list(rulebook.units))

    async def _balances(self, info: Info, units: list[grammar.Unit]) -> list[Balance]:
        ledger = view_of(info).ledger
        accounts = await accounts_of(ledger.database, self.place.id, self.number)
        at = moment(ledger.clock())
        return [balance(unit, accounts.get(unit.code, Account()), at) for unit in units]


def _is_asked(unit: grammar.Unit, code: str | None) -> bool:
    return unit.spendable if code is None else unit.code == code


def unit_of(unit: grammar.Unit) -> Unit:
    """Return a rulebook's unit."""
    return Unit(code=unit.code, name=unit.code, scale=unit.scale, spendable=unit.spendable)


def balance(unit: grammar.Unit, account: Account, at: datetime) -> Balance:
    """Return an account as a balance."""
    return Balance(
        unit=unit_of(unit),
        total=Points(account.balance),
        available=Points(account.available),
        held=Points(account.held),
        pending=Points(account.pending),
        lifetime_earned=Points(account.earned),
        as_of=at,
    )


@described
class Community:
    """A community. What only operators see is nullable: null for everybody else."""

    place: strawberry.Private[directory.Community]

    @resolved("A global id.")
    def id(self) -> strawberry.ID:
        """Return the community's global id."""
        return strawberry.ID(write_id("Community", self.place.id))

    @resolved("Its name in addresses.")
    def slug(self) -> str:
        """Return the slug."""
        return self.place.slug

    @resolved("What people call it.")
    def name(self) -> str:
        """Return the name."""
        return self.place.name

    @resolved("Its IANA time zone: days, weeks and months are local.")
    async def timezone(self, info: Info) -> str:
        """Return the time zone."""
        return (await view_of(info).rulebook(self.place)).community.tz

    @resolved("Its currencies, the main one first.")
    async def units(self, info: Info) -> list[Unit]:
        """Return the units."""
        return [unit_of(unit) for unit in (await view_of(info).rulebook(self.place)).units]

    @resolved("How many members were ever seen.")
    async def member_count(self, info: Info) -> int:
        """Return the number of members."""
        return (await head(view_of(info).ledger.database, self.place.id)).members


async def member_of(info: Info, place: directory.Community, number: MemberId) -> Member | None:
    """Return a member, if the caller may see them."""
    view = view_of(info)
    if not view.may_read(place):
        return None
    found = await profile(view.ledger.database, place.id, number)
    return None if found is None else Member(place=place, number=number, profile=found)
