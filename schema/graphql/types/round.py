"""Rounds of games: what was committed to, who won, and all that a draw is made again from."""

from __future__ import annotations

import strawberry

from ledger.core.events import decisions
from ledger.core.rhythm.rounds import RoundClosed, RoundOpened
from ledger.core.values import MemberId, Position
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads import rounds as rows
from ledger.words.progress import Speech
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import read_id, write_id
from schema.graphql.pages import MOST
from schema.graphql.scalars import Points
from schema.graphql.types.activity import Activity, activity_by_name
from schema.graphql.types.member import Member, acting_member
from schema.graphql.types.node import Node
from schema.graphql.view import Info, View, view_of

OPEN, CLOSED = "OPEN", "CLOSED"


@described
class RoundWinner:
    """Who won a place in a round."""

    place: int = field("The place, 1 first.")
    number: int = field("The member's number, as draws are made by.")
    member: Member = field("Who won it.")
    prize: str = field("What the perk that it won is called; empty where it was none.")
    points: Points | None = field("What rules paid for it in the main unit; null where no rule did.")


@described
class Round(Node):
    """A round of a game. It is closed once, and then shows the seed that it committed to."""

    place: strawberry.Private[Place]
    opening: strawberry.Private[RoundOpened]
    closing: strawberry.Private[RoundClosed | None]

    code: str = field("Its name, for ever.")
    title: str = field("What people call it.")
    state: str = field("OPEN or CLOSED.")
    seed: str | None = field("The seed in hex; null until the round is closed.")
    commitment: str = field("The SHA-256 of the seed's bytes in hex, told when the round was opened.")
    entrants: list[int] = field(
        "The numbers of the members whom winners were drawn from: each one's ticket is the HMAC-SHA256 of the"
        " number in decimal digits under the seed's bytes, and the lowest tickets win in order."
    )

    @resolved("The activity it is a part of; null where it is of none.")
    async def activity(self, info: Info) -> Activity | None:
        """Return the activity."""
        name = self.opening.activity
        return await activity_by_name(view_of(info), self.place, name) if name else None

    @resolved("Who won, in order of place.")
    async def winners(self, info: Info) -> list[RoundWinner]:
        """Return the winners."""
        if self.closing is None:
            return []
        view, closing = view_of(info), self.closing
        won = await view.loaders.events.load_many([(self.place.id, one.won) for one in closing.winners])
        unit = (await view.rulebook(self.place)).units[0].code
        found: list[RoundWinner] = []
        for one, stored in zip(closing.winners, won, strict=True):
            paid = [
                each.granted
                for each in (decisions(stored.event) if stored is not None else ())
                if each.member == one.member and each.unit == unit and each.granted
            ]
            winner = RoundWinner(
                place=one.place,
                number=one.member,
                member=await acting_member(view, self.place, one.member),
                prize=await self._prize(view, one.place),
                points=Points(sum(paid)) if paid else None,
            )
            found.append(winner)
        return found

    async def _prize(self, view: View, place: int) -> str:
        perk = next((one.perk for one in self.opening.prizes if one.place == place), "")
        if not perk:
            return ""
        terms = await view.loaders.prizes.load((self.place.id, perk))
        speech = Speech(await view.rulebook(self.place), view.locale)
        return speech.called(terms.names, perk) if terms is not None else perk


async def find_round(view: View, text: str) -> Round | None:
    """Return a round by its global id, if the caller may see it."""
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Round" else None
    if named is None or place is None or not view.sees_members(place):
        return None
    return await round_by_code(view, place, named.key)


async def round_by_code(view: View, place: Place, code: str) -> Round | None:
    """Return a round by its code."""
    row = await view.loaders.rounds.load((place.id, code))
    return (await _rounds(view, place, [row]))[0] if row is not None else None


async def rounds_of(view: View, place: Place, *, open_: bool | None) -> list[Round]:
    """Return the latest rounds.

    Raises:
        Fault: the caller may not see who the members are.
    """
    if not view.sees_members(place):
        view.require(Scope.MEMBERS_READ)
    return await _rounds(view, place, await rows.latest(view.ledger.database, place.id, open_=open_, most=MOST))


async def _rounds(view: View, place: Place, found: list[rows.Round]) -> list[Round]:
    told = [position for row in found for position in (row.opened, row.closed) if position]
    stored = await view.loaders.events.load_many([(place.id, Position(position)) for position in told])
    facts = {position: one.event.fact for position, one in zip(told, stored, strict=True) if one is not None}
    rounds: list[Round] = []
    for row in found:
        opening, closing = facts[row.opened], facts.get(row.closed)
        assert isinstance(opening, RoundOpened)
        assert closing is None or isinstance(closing, RoundClosed)
        rounds.append(_round(place, opening, closing))
    return rounds


def _round(place: Place, opening: RoundOpened, closing: RoundClosed | None) -> Round:
    return Round(
        id=write_id("Round", place.id, opening.code),
        place=place,
        opening=opening,
        closing=closing,
        code=opening.code,
        title=opening.title,
        state=OPEN if closing is None else CLOSED,
        seed=None if closing is None else closing.seed,
        commitment=opening.commitment,
        entrants=[] if closing is None else [int(MemberId(one)) for one in closing.entrants],
    )
