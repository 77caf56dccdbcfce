"""Turns the demo's deeds into commands: what members ask for and operators decide, beside what bots tell.

Every command is the same when the story is told again: it has a key, is refused as done before, or is no change.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from ledger.core.calendar import local_date, start_of_day
from ledger.core.commands import (
    OFFERS_SOURCE,
    REDEMPTIONS_SOURCE,
    VIOLATIONS_SOURCE,
    AppealViolation,
    Command,
    MoveRedemption,
    PutPerk,
    RecordViolation,
    RedeemPerk,
    ReportGroup,
    ResolveViolation,
    ReviewContribution,
    SetCommunity,
    ShowOffer,
    TakeOffer,
)
from ledger.core.decide.redeeming import WELCOME
from ledger.core.events import RedemptionStatus
from ledger.core.members.commands import MergeMembers, SetBuddy
from ledger.core.rhythm.activities import (
    ACTIVITIES_SOURCE,
    HOSTED,
    ActivityTerms,
    Answer,
    AnswerActivity,
    RecordAttendance,
    ScheduleActivity,
)
from ledger.core.rhythm.claims import CLAIMS_SOURCE, SubmitClaim
from ledger.core.rhythm.rounds import CloseRound, OpenRound, Prize, commitment
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.values import DAY, HOUR, MINUTE, MemberId, Micros, Position
from ledger.service.agenda import whole_rule
from ledger.service.seeding.agenda import ZONE, Done
from ledger.service.seeding.cast import Deed, cast
from ledger.service.seeding.talk import FOUNDER
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.journal import by_key
from ledger.store.reads.names import member_by_identity
from ledger.store.reads.wishes import named

WEEK = 7 * DAY
MOVES = {
    "approve": RedemptionStatus.APPROVED,
    "fulfil": RedemptionStatus.FULFILLED,
    "decline": RedemptionStatus.DECLINED,
}


class NotThere(Exception):
    """A deed names somebody or something that the story has not come to: nothing is done."""


class Deeds:
    """Makes the commands of one community's deeds, in the order of the story."""

    def __init__(self, database: Database, community: Community) -> None:
        self._database = database
        self._community = community
        self._series: dict[str, ActivityTerms] = {}

    async def command(self, done: Done) -> Command:
        """Return what a deed asks the ledger for.

        Raises:
            NotThere: what it is about is not there.
        """
        deed = done.deed
        match deed.do:
            case "position":
                return SetCommunity(name="positioning", value=deed.text, by=await self.founder(), key=deed.id)
            case "buddy" | "merge" | "report_group" | "welcome":
                return await self._about_members(deed)
            case "put":
                terms = next(one for one in cast().perks if one.code == deed.what)
                return PutPerk(terms=terms, by=await self.founder(), key=f"perk/{deed.what}")
            case "redeem" | "show" | "take" | "approve" | "fulfil" | "decline":
                return await self._about_perks(deed)
            case "open" | "close":
                return await self._about_rounds(deed)
            case "schedule" | "rsvp" | "attend" | "confirm_host":
                return await self._about_activities(done)
            case "claim" | "confirm_claim":
                return await self._about_claims(deed)
            case "report" | "warn" | "appeal":
                return await self._about_order(deed)
        raise AssertionError(deed.do)

    async def founder(self) -> str:
        """Return how the log names who decides."""
        return f"member:{await self.member(FOUNDER)}"

    async def member(self, who: str) -> MemberId:
        """Return whom an identity names."""
        platform, _, external_id = who.partition(":")
        member = await member_by_identity(self._database, self._community.id, platform, external_id)
        if member is None:
            raise NotThere(who)
        return member

    async def position(self, key: str, source: str) -> Position:
        """Return where an event stands that a deed is about."""
        found = await by_key(self._database, self._community.id, key, source)
        if not found:
            raise NotThere(key)
        return found[0].event.position

    async def _about_members(self, deed: Deed) -> Command:
        founder, member = await self.founder(), await self.member(deed.who)
        match deed.do:
            case "buddy":
                return SetBuddy(member=member, buddy=await self.member(deed.others[0]), by=founder)
            case "merge":
                gone = await self.member(deed.others[0])
                return MergeMembers(into=member, gone=gone, by=founder, reason=deed.text)
            case "report_group":
                known = await named(self._database, self._community.id, [(member, deed.what)])
                if all(wish.inside for wish in known.values()):
                    raise NotThere(deed.what)
                return ReportGroup(member=member, group=deed.what, inside=True, by=founder)
        position = await self.position(f"{WELCOME}/{member}", REDEMPTIONS_SOURCE)
        return MoveRedemption(position=position, status=RedemptionStatus.FULFILLED, by=founder)

    async def _about_perks(self, deed: Deed) -> Command:
        if deed.do in MOVES:
            position = await self.position(deed.of, REDEMPTIONS_SOURCE)
            return MoveRedemption(
                position=position, status=MOVES[deed.do], by=await self.founder(), reason=deed.text
            )
        member = await self.member(deed.who)
        by = f"member:{member}"
        match deed.do:
            case "redeem":
                return RedeemPerk(key=deed.id, perk=deed.what, member=member, by=by, note=deed.text)
            case "show":
                return ShowOffer(key=deed.id, offer=deed.what, member=member, by=by)
        await self.position(deed.of, OFFERS_SOURCE)
        return TakeOffer(key=deed.id, offer=deed.what, member=member, by=by)

    async def _about_rounds(self, deed: Deed) -> Command:
        """Open or close a round. Its seed is told in the story, so that it is the same on every machine."""
        seed, founder = sha256(f"slow bake\n{deed.what}".encode()).hexdigest(), await self.founder()
        if deed.do == "open":
            prizes = (Prize(place=1, perk=deed.of),) if deed.of else ()
            return OpenRound(
                code=deed.what, title=deed.text, commitment=commitment(seed), by=founder, prizes=prizes
            )
        winners = tuple([await self.member(one) for one in deed.others])
        return CloseRound(key=deed.what, code=deed.what, seed=seed, by=founder, winners=winners, draw=deed.number)

    async def _about_activities(self, done: Done) -> Command:
        deed = done.deed
        if deed.do == "schedule":
            host = await self.member(deed.who)
            terms = _weekly(done, host)
            self._series[terms.code] = terms
            return ScheduleActivity(terms=terms, by=await self.founder())
        terms = self._series[deed.what]
        weeks = (done.at - terms.starts_at) // WEEK + (deed.do == "rsvp")
        start = Micros(terms.starts_at + max(0, weeks) * WEEK)
        name = Occurrence(activity=terms.kind, start=start, end=start, series=terms.code).id
        match deed.do:
            case "rsvp":
                member = await self.member(deed.who)
                return AnswerActivity(activity=name, member=member, answer=Answer(deed.text or "GOING"))
            case "attend":
                came = tuple([await self.member(one) for one in deed.others])
                return RecordAttendance(activity=name, members=came, by=await self.founder())
        position = await self.position(f"{HOSTED}/{name}/{terms.host}", ACTIVITIES_SOURCE)
        return ReviewContribution(position=position, approved=True, by=await self.founder())

    async def _about_claims(self, deed: Deed) -> Command:
        if deed.do == "claim":
            member = await self.member(deed.who)
            return SubmitClaim(key=deed.id, member=member, type=deed.what, subject=deed.of or None, note=deed.text)
        position = await self.position(deed.of, CLAIMS_SOURCE)
        return ReviewContribution(position=position, approved=True, by=await self.founder(), reason=deed.text)

    async def _about_order(self, deed: Deed) -> Command:
        if deed.do == "report":
            return RecordViolation(
                key=deed.id,
                member=await self.member(deed.who),
                rule=deed.what,
                by=await self.founder(),
                evidence=deed.text,
            )
        position = await self.position(deed.of, VIOLATIONS_SOURCE)
        if deed.do == "warn":
            return ResolveViolation(position=position, action=None, by=await self.founder(), note=deed.text)
        return AppealViolation(position=position, member=await self.member(deed.who), text=deed.text)


def _weekly(done: Done, host: MemberId) -> ActivityTerms:
    """Return a series that begins some days after the deed, in the evening, and comes every week."""
    deed = done.deed
    first = local_date(done.at, ZONE) + timedelta(days=deed.number or 0)
    starts_at = Micros(start_of_day(first, ZONE) + 20 * HOUR)
    return ActivityTerms(
        code=deed.what,
        kind=deed.of,
        starts_at=starts_at,
        length=90 * MINUTE,
        rule=whole_rule("FREQ=WEEKLY", starts_at, ZONE),
        names=deed.names,
        host=host,
        capacity=12,
    )
