"""Explains what a fact is, before what was decided about it: each has its sentence, as a code and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ledger.core.events import (
    ActivityFact,
    CommunityCreated,
    CommunitySet,
    ContributionRecorded,
    ContributionReviewed,
    Event,
    GroupHeld,
    GroupReported,
    OfferPut,
    OfferRetired,
    OfferShown,
    OfferTaken,
    PerkCodesAdded,
    PerkPut,
    PerkRetired,
    PerkStocked,
    PointsAdjusted,
    PointsCorrected,
    PointsExpired,
    PointsReleased,
    RedemptionMade,
    RedemptionMoved,
    RedemptionRefused,
    RulebookPublished,
    TaskTicked,
    TierLocked,
    TierRunOpened,
    TiersJudged,
    UndoContinued,
)
from ledger.core.explain_order import about_violation
from ledger.core.lines import Line
from ledger.core.members.facts import BuddySet, IdentityLinked, MemberErased, MembersMerged, MembersUnmerged
from ledger.core.rhythm.activities import (
    ATTENDED,
    HOSTED,
    ActivityAnswered,
    ActivityCancelled,
    ActivityScheduled,
)
from ledger.core.rhythm.rounds import WON, RoundClosed, RoundOpened
from ledger.core.rhythm.stories import FEATURED, SUBMITTED, UNFEATURED, WITHDRAWN
from ledger.core.violations import AboutViolation

OfPoints = ContributionReviewed | PointsAdjusted | UndoContinued | PointsReleased | PointsExpired
OfPerks = (
    PerkPut | PerkRetired | PerkStocked | PerkCodesAdded | RedemptionMade | RedemptionMoved | RedemptionRefused
)
OfOffers = OfferPut | OfferRetired | OfferShown | OfferTaken | TaskTicked
OfMembers = MemberErased | MembersMerged | MembersUnmerged | IdentityLinked | BuddySet
OfLevels = TierRunOpened | TiersJudged | TierLocked | GroupHeld | GroupReported
OfRounds = RoundOpened | RoundClosed
OfCommunity = CommunityCreated | CommunitySet | RulebookPublished | PointsCorrected

KNOWN_TYPES = {
    SUBMITTED: "event.story_submitted",
    FEATURED: "event.story_featured",
    UNFEATURED: "event.story_unfeatured",
    WITHDRAWN: "event.story_withdrawn",
    ATTENDED: "event.attended",
    HOSTED: "event.hosted",
    WON: "event.won",
    "round.entered": "event.round_entered",
}
"""What contributions are that the ledger itself looks at, by type."""


def happened(event: Event) -> Iterator[Line]:
    """Yield what a fact is."""
    fact = event.fact
    if isinstance(fact, ContributionRecorded):
        yield from _contributed(event, fact)
    elif isinstance(fact, OfPoints):
        yield from _about_points(fact)
    elif isinstance(fact, OfPerks):
        yield from _about_perks(fact)
    elif isinstance(fact, OfOffers):
        yield _about_offers(fact)
    elif isinstance(fact, OfRounds):
        yield from _about_rounds(fact)
    elif isinstance(fact, ActivityFact):
        yield _about_activities(fact)
    elif isinstance(fact, OfMembers):
        yield _about_members(fact)
    elif isinstance(fact, OfLevels):
        yield _about_levels(fact)
    elif isinstance(fact, OfCommunity):
        yield _about_community(fact)
    elif isinstance(fact, AboutViolation):
        yield from about_violation(fact)
    else:
        assert_never(fact)


def _contributed(event: Event, fact: ContributionRecorded) -> Iterator[Line]:
    if fact.actor is not None:
        yield Line(code="event.by", parameters={"member": fact.actor})
    if event.subject is not None:
        yield Line(code="event.subject", parameters={"subject": event.subject})
    if event.type in KNOWN_TYPES:
        yield Line(code=KNOWN_TYPES[event.type])
    if fact.claimed:
        yield Line(code="event.claimed")
    if fact.undoes is not None:
        yield Line(code="event.undoes", parameters={"key": fact.undoes})


def _about_points(fact: OfPoints) -> Iterator[Line]:
    match fact:
        case PointsAdjusted():
            yield Line(code="event.adjusted", parameters={"by": fact.by})
        case ContributionReviewed():
            code = "event.approved" if fact.approved else "event.declined"
            yield Line(code=code, parameters={"by": fact.by, "of": fact.of})
            if fact.story:
                yield Line(code="event.story_published" if fact.approved else "event.story_declined")
        case UndoContinued():
            yield Line(code="event.undo_continued", parameters={"of": fact.of})
        case PointsReleased():
            yield Line(code="event.released", parameters={"member": fact.member})
        case PointsExpired():
            yield Line(code="event.expired", parameters={"member": fact.member})
        case _:
            assert_never(fact)


def _about_perks(fact: OfPerks) -> Iterator[Line]:
    match fact:
        case PerkPut():
            yield Line(code="event.perk_put", parameters={"by": fact.by, "perk": fact.terms.code})
        case PerkRetired():
            yield Line(code="event.perk_retired", parameters={"by": fact.by, "perk": fact.perk})
        case PerkStocked():
            stocked: dict[str, object] = {"by": fact.by, "perk": fact.perk, "delta": f"{fact.delta:+}"}
            yield Line(code="event.perk_stocked", parameters=stocked)
        case PerkCodesAdded():
            yield Line(code="event.perk_codes", parameters={"by": fact.by, "perk": fact.perk, "number": fact.count})
        case RedemptionMade():
            code = "event.given" if fact.given else "event.redeemed"
            yield Line(code=code, parameters={"by": fact.by, "member": fact.member, "perk": fact.perk})
        case RedemptionMoved():
            moved = {"by": fact.by, "of": fact.of, "member": fact.member, "perk": fact.perk}
            yield Line(code="event.redemption", parameters={**moved, "status": fact.status.value})
        case RedemptionRefused():
            yield Line(code="event.redemption_refused", parameters={"member": fact.member, "perk": fact.perk})
            yield Line(code=f"refused.{fact.code}", depth=1)
        case _:
            assert_never(fact)


def _about_offers(fact: OfOffers) -> Line:
    match fact:
        case OfferPut():
            return Line(code="event.offer_put", parameters={"by": fact.by, "offer": fact.terms.code})
        case OfferRetired():
            return Line(code="event.offer_retired", parameters={"by": fact.by, "offer": fact.offer})
        case OfferShown():
            return Line(code="event.offer_shown", parameters={"member": fact.member, "offer": fact.offer})
        case OfferTaken():
            return Line(code="event.offer_taken", parameters={"member": fact.member, "offer": fact.offer})
        case TaskTicked():
            code = "event.ticked" if fact.done else "event.unticked"
            return Line(code=code, parameters={"by": fact.by, "task": fact.task})
        case _:
            assert_never(fact)


def _about_rounds(fact: OfRounds) -> Iterator[Line]:
    named: dict[str, object] = {"by": fact.by, "round": fact.code}
    match fact:
        case RoundOpened():
            yield Line(code="event.round_opened", parameters={**named, "title": fact.title})
        case RoundClosed():
            yield Line(code="event.round_closed", parameters=named)
            if fact.drawn:
                yield Line(code="event.round_drawn", parameters={"number": len(fact.entrants)})
            for one in fact.winners:
                yield Line(code="event.round_won", parameters={"member": one.member, "place": one.place}, depth=1)
        case _:
            assert_never(fact)


def _about_activities(fact: ActivityFact) -> Line:
    match fact:
        case ActivityScheduled():
            return Line(code="event.scheduled", parameters={"by": fact.by, "activity": fact.terms.code})
        case ActivityCancelled():
            return Line(code="event.cancelled", parameters={"by": fact.by, "activity": fact.activity})
        case ActivityAnswered():
            answered = {"member": fact.member, "activity": fact.activity}
            return Line(code=f"event.answered.{fact.answer.value}", parameters=answered)
        case _:
            assert_never(fact)


def _about_members(fact: OfMembers) -> Line:
    match fact:
        case MemberErased():
            return Line(code="event.erased", parameters={"by": fact.by, "member": fact.member})
        case MembersMerged():
            return Line(code="event.merged", parameters={"by": fact.by, "member": fact.into})
        case MembersUnmerged():
            return Line(code="event.unmerged", parameters={"by": fact.by, "member": fact.gone, "of": fact.of})
        case IdentityLinked():
            return Line(code="event.linked", parameters={"by": fact.by, "member": fact.member})
        case BuddySet():
            named = {"by": fact.by, "member": fact.member}
            if fact.buddy is None:
                return Line(code="event.no_buddy", parameters=named)
            return Line(code="event.buddy", parameters={**named, "other": fact.buddy})
        case _:
            assert_never(fact)


def _about_levels(fact: OfLevels) -> Line:
    match fact:
        case TierRunOpened():
            return Line(code="event.run_opened", parameters={"ladder": fact.ladder})
        case TiersJudged():
            return _judged(fact)
        case TierLocked():
            code = "event.locked" if fact.locked else "event.unlocked"
            return Line(code=code, parameters={"by": fact.by, "member": fact.member, "ladder": fact.ladder})
        case GroupHeld():
            code = "event.held" if fact.held else "event.let_go"
            return Line(code=code, parameters={"by": fact.by, "member": fact.member, "group": fact.group})
        case GroupReported():
            code = "event.inside" if fact.inside else "event.outside"
            return Line(code=code, parameters={"by": fact.by, "member": fact.member, "group": fact.group})
        case _:
            assert_never(fact)


def _judged(fact: TiersJudged) -> Line:
    """Return whom a run looked at; who moved is told level by level."""
    if fact.alone:
        return Line(code="event.judged.alone", parameters={"ladder": fact.ladder, "member": fact.first})
    moved = len({change.member for change in fact.tiers})
    numbers = {"first": int(fact.first), "last": int(fact.last), "moved": moved}
    return Line(code="event.judged", parameters={"ladder": fact.ladder, **numbers})


def _about_community(fact: OfCommunity) -> Line:
    match fact:
        case CommunityCreated():
            return Line(code="event.created", parameters={"slug": fact.slug})
        case CommunitySet():
            return Line(code="event.set", parameters={"by": fact.by, "name": fact.name})
        case RulebookPublished():
            return Line(code="event.published", parameters={"version": fact.version})
        case PointsCorrected():
            return Line(code="event.corrected", parameters={"version": fact.version})
        case _:
            assert_never(fact)
